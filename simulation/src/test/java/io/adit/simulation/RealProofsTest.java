package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.message.OutboxPolicy;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
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
import io.adit.sealing.proving.SectorLook;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Some of the simulation's stories with proofs that are none of its own: a real sector of 2 KiB, whose window proofs the
 * library makes and verifies, for the node and for the chain. Its seal is simulated.
 */
class RealProofsTest {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final Duration BLOCK = World.POLICY.blockTime();

    /** Three proving periods, each with one window. */
    private static final int EPOCHS = 900;

    private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(30);

    /** Epochs after which a message that was sent is in a block. */
    private static final int UNTIL_EXECUTED = 3;

    /** Deep enough to take it back. */
    private static final int[] DEPTHS = {4, 25};

    /**
     * What goes wrong in a story, beside null rounds: kills in the middle of a proof's first try and once it is sent; the first
     * answer to each push is lost; each message is taken back once it was executed.
     */
    enum Trouble {
        KILLS,
        LOST_ANSWERS,
        REORGS
    }

    private final SplittableRandom random = new SplittableRandom(3);
    private final SimulatedTimeline timeline = new SimulatedTimeline(GENESIS, random.split());
    private final SimulatedDisks disks = new SimulatedDisks(timeline, 1);
    private final Coverage coverage = new Coverage();

    /** The library behind the simulation's time; it takes half a minute for a proof. */
    private static final class RealWindows extends PartialProofs {
        private final Proofs library = ProofsTestKit.proofs();
        private final Timeline timeline;
        private final Set<ByteBuffer> verified = new HashSet<>();
        private int begun;
        private int made;

        RealWindows(Timeline timeline) {
            this.timeline = timeline;
        }

        @Override
        public WindowPoSt windowPoSt(
                RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
            begun++;
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
        public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left) {
            return new SectorLook(Map.of(), Set.of());
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            var real = fixture.privateReplica();
            return new PrivateReplica(sector, commR, real.cache(), real.sealed());
        }
    }

    /** The full node takes a message, and its client hears of that when it asks once more. */
    private FullNode losingAnswers(FullNode node) {
        var heard = new HashSet<Object>();
        return (FullNode) Proxy.newProxyInstance(
                FullNode.class.getClassLoader(), new Class<?>[] {FullNode.class}, (proxy, method, arguments) -> {
                    Object answer;
                    try {
                        answer = method.invoke(node, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals("mpoolPush") && heard.add(answer)) {
                        timeline.sleep(CLIENT_PATIENCE);
                        throw RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, method.getName(), "no answer in time");
                    }
                    return answer;
                });
    }

    @ParameterizedTest
    @EnumSource
    @Tag("slow") // 15 s together on two cores (31 s of processor time), when nothing else runs
    void windowsAreProvenWithRealProofs(Trouble trouble) throws Exception {
        var fixture = SealedSectorFixture.get();
        var proofs = new RealWindows(timeline);
        try (var files = new RunStore();
                var world =
                        World.ofReplica(GENESIS, proofs, fixture.commitments().commR())) {
            new History(trouble, fixture, proofs, files, world).play();
        } finally {
            CrashPoints.unwatch();
        }
    }

    /** One story, with the provider, its full node and those who look. */
    private final class History {
        private final Trouble trouble;
        private final RealWindows proofs;
        private final World world;
        private final Breaches breaches;
        private final FairEpochs fair = new FairEpochs();
        private final WindowsInTime windows;
        private final Witness witness;
        private final SimulatedProvider provider;
        private int pushes;
        private int kills;
        private int begun;
        private int seen;
        private int forkAt;
        private int forks;

        History(Trouble trouble, SealedSectorFixture fixture, RealWindows proofs, RunStore files, World world)
                throws Exception {
            this.trouble = trouble;
            this.proofs = proofs;
            this.world = world;
            timeline.stepWallClock(BLOCK.multipliedBy(world.devnet().epoch()));
            files.keepTimeBy(timeline);
            var store = files.emptied();
            breaches = new Breaches(world.devnet()::epoch);
            windows = new WindowsInTime(
                    breaches, world, fair, disks, new PathHistory(), (open, partition) -> false, () -> 0, coverage);
            witness = new Witness(
                    Set.of(world.worker().address()),
                    world.devnet().ledger().chain()::head,
                    List.of(
                            new Invariants.OneWishPerNonce(breaches),
                            new Invariants.StoredBeforePushed(breaches, store),
                            new Invariants.VerifiedBeforePushed(breaches, proofs::wasVerified),
                            new Invariants.OneExecutionPerWish(breaches, store),
                            windows),
                    coverage);
            var node = UnreliableNode.of(world.node(), timeline, random.split(), message -> {
                pushes++;
                witness.pushed(message);
            });
            provider = new SimulatedProvider(
                    timeline,
                    store,
                    SimulatedProvider.Machine.proving(proofs, () -> new OneSector(fixture)),
                    List.of(trouble == Trouble.LOST_ANSWERS ? losingAnswers(node.client()) : node.client()),
                    Signer.of(world.worker()),
                    world.worker().address(),
                    OutboxPolicy.open(),
                    world.miner(),
                    random.split(),
                    Tampering.NONE,
                    coverage);
        }

        void play() {
            provider.start();
            long begin = world.devnet().epoch();
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                if (epoch % 90 == 75) {
                    world.devnet().ledger().skip(2);
                    timeline.runFor(BLOCK.multipliedBy(2));
                }
                timeline.runFor(BLOCK.minusSeconds(1));
                strike(epoch);
                nextBlock(epoch);
                timeline.runFor(Duration.ofSeconds(1));
            }
            provider.kill();
            System.out.printf(
                    "real proofs, %s: %d epochs, %d windows due, %d met, %d excused, %d proofs begun, %d made, %d messages,"
                            + " %d pushes, %d kills, %d forks%n",
                    trouble,
                    world.devnet().epoch() - begin,
                    windows.due(),
                    windows.met(),
                    windows.excused(),
                    proofs.begun,
                    proofs.made,
                    witness.sent(),
                    pushes,
                    kills,
                    forks);
            judge();
        }

        /** Just before a block comes; a proof that began since the last one is still being made. */
        private void strike(int epoch) {
            boolean firstTry = proofs.begun > begun && proofs.begun % 2 == 1;
            boolean sent = witness.sent() > seen;
            begun = proofs.begun;
            seen = witness.sent();
            switch (trouble) {
                case KILLS -> {
                    if (firstTry || sent) {
                        kills++;
                        provider.kill();
                        provider.start();
                    }
                }
                case LOST_ANSWERS -> {
                    // The wire does it.
                }
                case REORGS -> {
                    if (sent) {
                        forkAt = epoch + UNTIL_EXECUTED;
                    }
                }
            }
        }

        private void nextBlock(int epoch) {
            long before = world.devnet().epoch();
            if (epoch > 0 && epoch == forkAt) {
                world.devnet().reorg(DEPTHS[forks++ % DEPTHS.length]);
            } else {
                world.devnet().advance(1);
            }
            witness.look();
            for (long passed = before + 1; passed <= world.devnet().epoch(); passed++) {
                fair.pass(passed, true);
            }
        }

        private void judge() {
            assertThat(breaches.words()).isEmpty();
            assertThat(windows.due()).isEqualTo(3);
            assertThat(windows.met()).isEqualTo(windows.due());
            if (trouble == Trouble.KILLS) {
                assertThat(proofs.made)
                        .as("proofs that were made of those that were begun")
                        .isLessThan(proofs.begun);
            } else if (trouble == Trouble.LOST_ANSWERS) {
                assertThat(pushes).isGreaterThanOrEqualTo(2 * witness.sent());
            } else {
                assertThat(coverage.counts()).containsKey("reorgs that took executed messages back");
            }
        }
    }
}
