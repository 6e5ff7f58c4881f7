package io.adit.sealing.proving;

import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.ipld.Cid;
import io.adit.core.state.Bytes;
import java.util.Optional;

/**
 * What is remembered, durably, of one partition in one window.
 *
 * @param open the window's first epoch; with the deadline and partition it names this record
 * @param close the window's end
 * @param attempt grows when the chain refused a message, or a reorg changed the challenge under it
 * @param made the proof that is, or will be, sent; empty before it is made
 * @param message the CID of its message once that was handed to the outbox
 * @param phase how far it is
 * @param note in words: sectors skipped and why, or what went wrong last
 */
public record PartitionProof(
        Epoch open,
        Epoch close,
        long deadline,
        long partition,
        int attempt,
        Optional<Made> made,
        Optional<Cid> message,
        Phase phase,
        String note) {

    /** How far a partition is in its window. */
    public enum Phase {
        /** The proof is being made. */
        PROVING,
        /** Made, verified and stored; waits for the window to open. */
        PROVEN,
        /** Handed to the outbox. */
        SENT,
        /** Accepted by the chain. */
        ACCEPTED,
        /** The window closed without an accepted proof. */
        MISSED
    }

    /**
     * A proof that verified here.
     *
     * @param challenge the randomness it answers
     * @param skipped sectors left out of it
     */
    public record Made(Randomness challenge, RegisteredPoStProof type, Bytes proof, BitField skipped) {}

    static PartitionProof begin(ProvingWindow window, long partition) {
        return new PartitionProof(
                window.open(),
                window.close(),
                window.deadline(),
                partition,
                0,
                Optional.empty(),
                Optional.empty(),
                Phase.PROVING,
                "");
    }

    PartitionProof proven(Made proof, String skippedBecause) {
        return new PartitionProof(
                open,
                close,
                deadline,
                partition,
                attempt,
                Optional.of(proof),
                Optional.empty(),
                Phase.PROVEN,
                skippedBecause);
    }

    PartitionProof sent(Cid cid) {
        return new PartitionProof(open, close, deadline, partition, attempt, made, Optional.of(cid), Phase.SENT, note);
    }

    PartitionProof again(String why) {
        return new PartitionProof(
                open, close, deadline, partition, attempt + 1, Optional.empty(), Optional.empty(), Phase.PROVING, why);
    }

    /** The same proof, to be sent under another key. */
    PartitionProof unsent(String why) {
        return new PartitionProof(
                open, close, deadline, partition, attempt + 1, made, Optional.empty(), Phase.PROVEN, why);
    }

    PartitionProof ended(Phase end, String why) {
        return new PartitionProof(open, close, deadline, partition, attempt, made, message, end, why);
    }

    /** What was recorded as missed goes on where it was, since its window is open all the same. */
    PartitionProof reopened() {
        var phase = message.isPresent() ? Phase.SENT : made.isPresent() ? Phase.PROVEN : Phase.PROVING;
        return new PartitionProof(open, close, deadline, partition, attempt, made, message, phase, note);
    }

    boolean hasEnded() {
        return phase == Phase.ACCEPTED || phase == Phase.MISSED;
    }

    boolean answers(Randomness challenge) {
        return made.isPresent() && made.get().challenge().equals(challenge);
    }

    /** The outbox key: one message for each window, partition and attempt. */
    String messageKey() {
        String key = "post/" + open.value() + "/" + partition;
        return attempt == 0 ? key : key + "/" + attempt;
    }
}
