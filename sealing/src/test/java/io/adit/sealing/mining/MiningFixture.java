package io.adit.sealing.mining;

import io.adit.chain.node.Block;
import io.adit.chain.signer.GuardedSigner;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Timeline;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.sealing.ProofsDecorator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** A producer on a scripted chain, which can be killed and started anew on what it left on disk. */
final class MiningFixture implements AutoCloseable {
    static final Cid GENESIS = Cid.dagCbor("a network".getBytes(StandardCharsets.UTF_8));

    final SimulatedTimeline timeline;
    final ScriptedChain chain;
    final FakeProofs proofs = new FakeProofs();
    final FakeDisks disks = new FakeDisks();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    UnaryOperator<MiningSettings> settings = UnaryOperator.identity();
    UnaryOperator<Signer> keys = UnaryOperator.identity();
    boolean waitAfterMove;

    /** Whether the guard cannot be asked, as while its disk is not mounted. */
    boolean guardIsAway;

    String machine = "boot 1";

    private final Path directory;
    private StateStore store;
    private SlashGuard guard;

    MiningFixture(Path directory) {
        this.directory = directory;
        this.timeline = new SimulatedTimeline(ScriptedChain.GENESIS, new Random(1));
        this.chain = new ScriptedChain(timeline);
        this.store = openStore();
        this.guard = openGuard();
        guard.begin();
    }

    private SqlStateStore openStore() {
        return SqlStateStore.sqlite(directory.resolve("state.db"));
    }

    private SlashGuard openGuard() {
        return SlashGuard.open(
                new GuardSettings(
                        ScriptedChain.MINER,
                        GENESIS,
                        directory.resolve("guard"),
                        new FileGuardAnchor(directory.resolve("elsewhere").resolve("anchor")),
                        new MachineMark(machine),
                        MiningLease.NONE,
                        waitAfterMove),
                timeline,
                new SecureRandom(),
                meters);
    }

    BlockProducer start() {
        var own = MiningSettings.of(ScriptedChain.MINER, SectorSize.KIB_2, ScriptedChain.DELAY);
        var chosen = settings.apply(own);
        var signer = new GuardedSigner(keys.apply(Signer.of(chain.worker)), miner -> requireGuard());
        var made = new BlockProducer(
                chosen,
                chain,
                signer,
                new WinningProver(new ActorId(1000), proofs, disks, chosen.readTimeout()),
                store,
                meters,
                timeline);
        made.start();
        return made;
    }

    private SlashGuard requireGuard() {
        if (guardIsAway) {
            throw new AditException(SlashErrorCode.SLASH_GUARD_AWAY, "its disk is not mounted");
        }
        return guard;
    }

    /** As a machine that is switched off and on: the next guard waits for parents that no other copy can have signed. */
    void reboot() {
        waitAfterMove = true;
        machine = "boot 2";
        kill();
    }

    /** As {@code kill -9}. */
    void kill() {
        timeline.killAll();
        guard.close();
        store.close();
        store = openStore();
        guard = openGuard();
    }

    /** As a signer process that is started again beside the node. */
    void startGuardAgain() {
        guard.close();
        guard = openGuard();
    }

    /** The anchor cannot be replaced any more. */
    void fillTheDiskOfTheAnchor() {
        change(() -> Files.createFile(Files.createDirectory(inTheWay()).resolve("file")));
    }

    void freeTheDiskOfTheAnchor() {
        change(() -> {
            Files.delete(inTheWay().resolve("file"));
            Files.delete(inTheWay());
            return inTheWay();
        });
    }

    private Path inTheWay() {
        return directory.resolve("elsewhere").resolve("anchor.tmp");
    }

    private static void change(Callable<Path> files) {
        try {
            files.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets time pass until just before the round of an epoch begins on the usual parents. */
    void untilRound(long epoch) {
        until(ScriptedChain.GENESIS
                .plus(ScriptedChain.DELAY.multipliedBy(epoch - 1))
                .plusSeconds(10)
                .minusMillis(1));
    }

    /** Lets time pass until just after an epoch's time. */
    void untilEpoch(long epoch) {
        until(ScriptedChain.GENESIS
                .plus(ScriptedChain.DELAY.multipliedBy(epoch))
                .plusMillis(500));
    }

    private void until(java.time.Instant moment) {
        timeline.runFor(Duration.between(timeline.instant(), moment));
    }

    BlockJournal journal() {
        return new BlockJournal(store, ScriptedChain.MINER);
    }

    SlashGuard guard() {
        return guard;
    }

    /** Different blocks that were submitted at an epoch. */
    List<Cid> submittedAt(long epoch) {
        return chain.submitted.stream()
                .map(Block::header)
                .filter(header -> header.height().value() == epoch)
                .map(header -> header.cid())
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        timeline.killAll();
        guard.close();
        store.close();
    }

    /** Sectors that can be read, unless told otherwise. */
    final class FakeDisks implements ChallengedSectors {
        final Map<SectorNumber, String> problems = new HashMap<>();
        Duration hang = Duration.ZERO;

        @Override
        public Optional<String> problem(SectorNumber sector, Duration patience) {
            pass(hang, timeline);
            return Optional.ofNullable(problems.get(sector));
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            return new PrivateReplica(sector, commR, Path.of("cache"), Path.of("sealed"));
        }
    }

    /** Proofs that cost only simulated time. */
    final class FakeProofs extends ProofsDecorator {
        Duration time = Duration.ofSeconds(3);
        boolean verifies = true;
        int made;

        FakeProofs() {
            super(ProofsTestKit.proofs());
        }

        @Override
        public List<PoStProof> winningPoSt(
                RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
            pass(time, timeline);
            made++;
            return List.of(new PoStProof(proof, randomness.bytes()));
        }

        @Override
        public boolean verifyWinningPoSt(
                Randomness randomness, List<PoStProof> given, List<PublicReplica> replicas, ActorId miner) {
            return verifies;
        }
    }

    /** Time passes; an interrupt ends it, as it ends the wait for a worker process. */
    static void pass(Duration duration, Timeline timeline) {
        if (duration.isZero()) {
            return;
        }
        try {
            timeline.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
