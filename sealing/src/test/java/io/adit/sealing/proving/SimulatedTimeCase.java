package io.adit.sealing.proving;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.StateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.proofs.Proofs;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.FakeMiner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;

/** A scheduler in simulated time, with epochs of 30 s as on mainnet. */
abstract class SimulatedTimeCase extends WindowPoStCase {
    static final Duration EPOCH = Duration.ofSeconds(30);

    final SimulatedTimeline timeline =
            new SimulatedTimeline(Instant.parse("2026-10-19T22:00:00Z"), new SplittableRandom(1));

    @AfterEach
    void end() {
        timeline.killAll();
    }

    WindowPoStScheduler scheduler(
            ProvingSettings settings, StateStore kept, FullNode node, Proofs with, ProvableSectors disks) {
        return new WindowPoStScheduler(
                settings.withEpochTime(EPOCH).withPoll(Duration.ofSeconds(5)),
                kept,
                node,
                with,
                disks,
                new MessageOutbox(kept, node, signer, timeline),
                new SimpleMeterRegistry(),
                timeline);
    }

    /** A head every thirty seconds. */
    void playTo(long epoch) {
        while (chain.chainHead().height().value() < epoch) {
            chain.advance(1);
            timeline.runFor(EPOCH);
        }
    }

    void addSectorOnChain(long number, long deadline) {
        chain.put(
                FakeMiner.onChain(
                        new SectorNumber(number),
                        5,
                        SealedSectorFixture.get().commitments().commR().asSealedCid(),
                        new Epoch(0),
                        new Epoch(1_000_000)),
                deadline);
    }
}
