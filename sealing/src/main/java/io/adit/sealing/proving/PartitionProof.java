package io.adit.sealing.proving;

import io.adit.chain.actor.PoStPartition;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.ipld.Cid;
import io.adit.core.state.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What is remembered, durably, of one partition in one window.
 *
 * @param open the window's first epoch; with the deadline and partition it names this record
 * @param close the window's end
 * @param partition the first of the partitions it proves
 * @param count how many partitions in a row one message proves, 1 unless they are batched
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
        int count,
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
        /** A batch that failed together; its partitions are proven one by one instead, under their own records. */
        SPLIT,
        /** The window closed without an accepted proof. */
        MISSED
    }

    /**
     * A proof that verified here.
     *
     * @param challenge the randomness it answers
     * @param partitions those it proves, each with the sectors left out of it
     */
    public record Made(Randomness challenge, RegisteredPoStProof type, Bytes proof, List<PoStPartition> partitions) {

        /** Copies the list. */
        public Made {
            partitions = List.copyOf(partitions);
        }

        /** Every sector left out. */
        public BitField skipped() {
            return partitions.stream().map(PoStPartition::skipped).reduce(BitField.EMPTY, BitField::union);
        }

        BitField indices() {
            return BitField.of(
                    partitions.stream().mapToLong(PoStPartition::index).toArray());
        }
    }

    static PartitionProof begin(ProvingWindow window, PartitionBatch batch) {
        return new PartitionProof(
                window.open(),
                window.close(),
                window.deadline(),
                batch.first(),
                batch.count(),
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
                count,
                attempt,
                Optional.of(proof),
                Optional.empty(),
                Phase.PROVEN,
                skippedBecause);
    }

    PartitionProof sent(Cid cid) {
        return new PartitionProof(
                open, close, deadline, partition, count, attempt, made, Optional.of(cid), Phase.SENT, note);
    }

    PartitionProof again(String why) {
        return new PartitionProof(
                open,
                close,
                deadline,
                partition,
                count,
                attempt + 1,
                Optional.empty(),
                Optional.empty(),
                Phase.PROVING,
                why);
    }

    /** The same proof, to be sent under another key. */
    PartitionProof unsent(String why) {
        return new PartitionProof(
                open, close, deadline, partition, count, attempt + 1, made, Optional.empty(), Phase.PROVEN, why);
    }

    PartitionProof ended(Phase end, String why) {
        return new PartitionProof(open, close, deadline, partition, count, attempt, made, message, end, why);
    }

    PartitionBatch batch() {
        return new PartitionBatch(partition, count);
    }

    /** Whether it is about this partition. */
    public boolean covers(long index) {
        return batch().covers(index);
    }

    /** Whether it has proven this partition or still means to; a made proof leaves out partitions that had nothing to prove. */
    boolean standsFor(long index) {
        return covers(index)
                && phase != Phase.SPLIT
                && made.map(proof -> proof.indices().contains(index)).orElse(true);
    }

    /** What was recorded as missed goes on where it was, since its window is open all the same. */
    PartitionProof reopened() {
        var phase = message.isPresent() ? Phase.SENT : made.isPresent() ? Phase.PROVEN : Phase.PROVING;
        return new PartitionProof(open, close, deadline, partition, count, attempt, made, message, phase, note);
    }

    boolean hasEnded() {
        return phase == Phase.ACCEPTED || phase == Phase.MISSED || phase == Phase.SPLIT;
    }

    boolean answers(Randomness challenge) {
        return made.isPresent() && made.get().challenge().equals(challenge);
    }

    /** The outbox key: one message for each window, partition and attempt. */
    String messageKey() {
        String key = "post/" + open.value() + "/" + batch();
        return attempt == 0 ? key : key + "/" + attempt;
    }
}
