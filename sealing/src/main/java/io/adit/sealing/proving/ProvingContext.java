package io.adit.sealing.proving;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Address;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.CborWriter;
import io.adit.core.state.StateStore;
import io.adit.core.time.Timeline;
import io.adit.proofs.Proofs;
import java.time.Duration;
import java.util.function.Supplier;

/** What the parts of proving share. */
record ProvingContext(
        ProvingSettings settings,
        StateStore store,
        FullNode node,
        Proofs proofs,
        ProvableSectors sectors,
        MessageOutbox outbox,
        ProofJournal journal,
        PartitionLooks looks,
        RefusedSectors refused,
        ProvingMetrics metrics,
        Timeline timeline) {

    Address miner() {
        return settings.miner().address();
    }

    /** How much of a time is left that begins now. */
    Supplier<Duration> within(Duration time) {
        long start = timeline.nanoTime();
        return () -> time.minusNanos(timeline.nanoTime() - start);
    }

    /**
     * The window's challenge as this head's chain has it. The two top bits are cleared, as the proofs need a field
     * element and the actor does the same.
     */
    Randomness challenge(ProvingWindow window, TipSet head) {
        byte[] entropy = new CborWriter().bytes(miner().bytes()).toByteArray();
        byte[] bytes = node.stateGetRandomnessFromBeacon(
                        DomainSeparationTag.WINDOWED_POST_CHALLENGE_SEED.number(),
                        window.challenge(),
                        entropy,
                        head.key())
                .bytes();
        bytes[Randomness.LENGTH - 1] &= 0x3f;
        return Randomness.of(bytes);
    }

    /** What ties a proof to a fork of the chain: randomness of the challenge epoch, without entropy. */
    Randomness chainCommit(ProvingWindow window, TipSet head) {
        return node.stateGetRandomnessFromTickets(
                DomainSeparationTag.POST_CHAIN_COMMIT.number(), window.challenge(), new byte[0], head.key());
    }
}
