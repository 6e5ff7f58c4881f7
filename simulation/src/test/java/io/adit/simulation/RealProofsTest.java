package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.message.OutboxPolicy;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.Signer;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Timeline;
import io.adit.proofs.PartialProofs;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedSectorFixture;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.proving.ProvableSectors;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One of the simulation's stories with proofs that are none of its own: a real sector of 2 KiB, whose window proofs the
 * library makes and verifies, for the node and for the chain. Its seal is simulated.
 */
class RealProofsTest {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final Duration BLOCK = World.POLICY.blockTime();

    private final SplittableRandom random = new SplittableRandom(3);
    private final SimulatedTimeline timeline = new SimulatedTimeline(GENESIS, random.split());
    private final SimulatedDisks disks = new SimulatedDisks(timeline, 1);
    private final Coverage coverage = new Coverage();

    /** The library behind the simulation's time; it takes half a minute for a proof. */
    private static final class RealWindows extends PartialProofs {
        private final Proofs library = ProofsTestKit.proofs();
        private final Timeline timeline;
        private final Set<ByteBuffer> verified = new HashSet<>();
        private int made;

        RealWindows(Timeline timeline) {
            this.timeline = timeline;
        }

        @Override
        public WindowPoSt windowPoSt(
                RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
            try {
                timeline.sleep(Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            made++;
            return library.windowPoSt(proof, miner, randomness, replicas);
        }

        @Override
        public boolean verifyWindowPoSt(
                Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
            boolean holds = library.verifyWindowPoSt(randomness, proofs, replicas, miner);
            if (holds) {
                proofs.forEach(proof -> verified.add(ByteBuffer.wrap(proof.proof())));
            }
            return holds;
        }

        @Override
        public boolean verifySeal(SealVerification seal) {
            return ByteBuffer.wrap(SimulatedProofs.sealProof(seal)).equals(ByteBuffer.wrap(seal.proof()));
        }

        @Override
        public String version() {
            return library.version();
        }

        boolean wasVerified(byte[] proof) {
            return verified.contains(ByteBuffer.wrap(proof));
        }
    }

    private record OneSector(SealedSectorFixture fixture) implements ProvableSectors {
        @Override
        public Map<SectorNumber, String> unreadable(Collection<SectorNumber> sectors) {
            return Map.of();
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            var real = fixture.privateReplica();
            return new PrivateReplica(sector, commR, real.cache(), real.sealed());
        }
    }

    @Test
    @Tag("slow") // 50 s on two busy cores for three proofs and their verifications
    void windowsAreProvenWithRealProofs_throughAReorgNullRoundsKillsAndASickNode() throws Exception {
        var fixture = SealedSectorFixture.get();
        var proofs = new RealWindows(timeline);
        try (var files = new RunStore();
                var world =
                        World.ofReplica(GENESIS, proofs, fixture.commitments().commR())) {
            timeline.stepWallClock(BLOCK.multipliedBy(world.devnet().epoch()));
            files.keepTimeBy(timeline);
            var store = files.emptied();
            var breaches = new Breaches(world.devnet()::epoch);
            var fair = new FairEpochs();
            var windows = new WindowsInTime(breaches, world, fair, disks, Set.of(), key -> false, () -> 0, coverage);
            var witness = new Witness(
                    Set.of(world.worker().address()),
                    world.devnet().ledger().chain()::head,
                    List.of(
                            new Invariants.OneWishPerNonce(breaches),
                            new Invariants.StoredBeforePushed(breaches, store),
                            new Invariants.VerifiedBeforePushed(breaches, proofs::wasVerified),
                            windows),
                    coverage);
            var node = UnreliableNode.of(world.node(), timeline, random.split(), witness::pushed);
            var provider = new SimulatedProvider(
                    timeline,
                    store,
                    Optional.empty(),
                    List.of(node.client()),
                    proofs,
                    new OneSector(fixture),
                    Signer.of(world.worker()),
                    world.worker().address(),
                    OutboxPolicy.open(),
                    world.miner(),
                    random.split(),
                    Tampering.NONE,
                    coverage);
            provider.start();
            long begin = world.devnet().epoch();
            for (int epoch = 0; epoch < 700; epoch++) {
                switch (epoch % 90) {
                    case 40 -> {
                        provider.kill();
                        provider.start();
                    }
                    case 60 -> node.become(UnreliableNode.Mood.LOSES_ANSWERS);
                    case 70 -> node.become(UnreliableNode.Mood.WELL);
                    case 75 -> {
                        world.devnet().ledger().skip(2);
                        timeline.runFor(BLOCK.multipliedBy(2));
                    }
                    default -> {}
                }
                timeline.runFor(BLOCK.minusSeconds(1));
                long before = world.devnet().epoch();
                if (epoch % 130 == 100) {
                    world.devnet().reorg(25);
                } else {
                    world.devnet().advance(1);
                }
                witness.look();
                for (long passed = before + 1; passed <= world.devnet().epoch(); passed++) {
                    fair.pass(passed, node.mood() == UnreliableNode.Mood.WELL);
                }
                timeline.runFor(Duration.ofSeconds(1));
            }
            provider.kill();
            System.out.printf(
                    "real proofs: %d epochs, %d windows due, %d met, %d excused, %d proofs made, %d messages%n",
                    world.devnet().epoch() - begin,
                    windows.due(),
                    windows.met(),
                    windows.excused(),
                    proofs.made,
                    witness.sent());
            assertThat(breaches.words()).isEmpty();
            assertThat(windows.due()).isGreaterThanOrEqualTo(2);
            assertThat(windows.met()).isEqualTo(windows.due());
        } finally {
            CrashPoints.unwatch();
        }
    }
}
