package io.adit.sealing.pipeline;

import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.message.MessageOutbox;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.state.Bytes;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorSeed;
import io.adit.core.state.SectorState;
import io.adit.core.state.SectorTicket;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.TaskClaims.Ending;
import io.adit.core.state.Tx;
import io.adit.core.state.UnopenedStateStore;
import io.adit.core.task.Outcome;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskState;
import io.adit.core.time.SystemTimeline;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealVerification;
import io.adit.sealing.FakeChain;
import io.adit.sealing.FakeSigner;
import io.adit.sealing.ProofsDecorator;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Sectors that are ready to be sent, a real store and outbox and a scripted chain, with the tasks that send and wait run one
 * at a time; and a process that dies before or after any one of its transactions.
 */
final class SendStage implements AutoCloseable {

    /** What a kill looks like from inside. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    static final ActorId MINER = new ActorId(1000);
    private static final byte[] WRONG = {1};
    private static final byte[] RIGHT = {2};

    final FakeChain chain = new FakeChain(MINER.address(), 100);
    final FakeSigner signer = new FakeSigner();
    final SqlStateStore disk;
    private final Path directory;
    private final BatchSettings batches;
    private volatile Duration ahead = Duration.ZERO;
    private OptionalInt boundariesLeft = OptionalInt.empty();
    private Map<String, TaskHandler> handlers = new HashMap<>();

    SendStage(Path directory, BatchSettings batches) {
        this.directory = directory;
        this.batches = batches;
        this.disk = SqlStateStore.sqlite(directory.resolve("state.db"));
        start();
    }

    /** A new process on the old disk. */
    void start() {
        var store = new Mortal();
        var timeline = new SystemTimeline();
        var outbox = new MessageOutbox(store, chain, signer, timeline);
        var proofs = new ProofsDecorator(ProofsTestKit.proofs()) {
            @Override
            public boolean verifySeal(SealVerification seal) {
                return seal.proof()[0] == RIGHT[0];
            }
        };
        var settings = SealingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2)
                .withBatches(batches);
        var paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        var pipeline =
                new SealingPipeline(settings, store, chain, proofs, paths, outbox, timeline, new SimpleMeterRegistry());
        handlers = new HashMap<>();
        pipeline.handlers().forEach(handler -> handlers.put(handler.kind(), handler));
        disk.transact(tx -> tx.claims().releaseForeign("nobody"));
    }

    /** The process dies at the n-th of the places before and after each of its transactions. */
    void dieAt(int boundary) {
        boundariesLeft = OptionalInt.of(boundary);
    }

    void live() {
        boundariesLeft = OptionalInt.empty();
    }

    /** The tasks' clock goes on. */
    void pass(Duration time) {
        ahead = ahead.plus(time);
    }

    private void boundary() {
        if (boundariesLeft.isPresent()) {
            boundariesLeft = OptionalInt.of(boundariesLeft.getAsInt() - 1);
            if (boundariesLeft.getAsInt() < 0) {
                throw new Killed();
            }
        }
    }

    /** A sector before this step, pre-committed on the chain where the step comes after that. */
    SectorNumber ready(long number, SealingStep step) {
        return ready(number, step, RIGHT);
    }

    SectorNumber readyWithWrongProof(long number) {
        return ready(number, SealingStep.COMMIT_SEND, WRONG);
    }

    private SectorNumber ready(long number, SealingStep step, byte[] proof) {
        var sector = new SectorNumber(number);
        var head = chain.chainHead();
        var preCommitted = head.height().minus(FakeChain.CHALLENGE_DELAY + 2);
        var commitment = Commitment.of(new byte[Commitment.LENGTH]);
        var settings = SealingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2);
        var seedAt = preCommitted.plus(FakeChain.CHALLENGE_DELAY);
        var record = SectorRecord.created(sector, settings.sealProof(), Instant.now())
                .withState(step.state())
                .withTicket(Optional.of(new SectorTicket(
                        Randomness.fromHex("22".repeat(32)), head.height().minus(50))))
                .withCommD(Optional.of(commitment))
                .withCommR(Optional.of(commitment));
        if (step == SealingStep.COMMIT_SEND) {
            var info = new SectorPreCommitInfo(
                    settings.sealProof().number(),
                    sector,
                    commitment.asSealedCid(),
                    head.height().minus(50),
                    List.of(),
                    new Epoch(2_000_000),
                    Optional.empty());
            chain.preCommit(info, preCommitted);
            SectorSeed seed = new SectorRandomness(chain, MINER).seed(seedAt, head);
            record = record.withPreCommitEpoch(Optional.of(preCommitted))
                    .withSeed(Optional.of(seed))
                    .withProof(Optional.of(new Bytes(proof)));
        }
        var stored = record;
        disk.transactVoid(tx -> {
            tx.sectors().insert(stored);
            tx.tasks().enqueue(step.task(sector));
        });
        return sector;
    }

    /** A sector that others may wait for. */
    void about(long number, SectorState state) {
        var settings = SealingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2);
        disk.transactVoid(tx -> tx.sectors()
                .insert(SectorRecord.created(new SectorNumber(number), settings.sealProof(), Instant.now())
                        .withState(state)));
    }

    SectorRecord sector(SectorNumber number) {
        return disk.read(tx -> tx.sectors().find(number)).orElseThrow();
    }

    /** Every task that sends or waits runs once, by age, as the engine would run it; then an epoch passes. */
    void turn(SealingStep... steps) {
        for (SealingStep step : steps) {
            for (Task task : disk.read(tx -> tx.tasks().listKind(step.kind()))) {
                run(step, task);
            }
        }
        chain.advance(1);
    }

    void run(SealingStep step, SectorNumber number) {
        run(
                step,
                disk.read(tx -> tx.tasks().find(step.kind(), SealingStep.keyOf(number)))
                        .orElseThrow());
    }

    private void run(SealingStep step, Task seen) {
        if (seen.state() != TaskState.READY && seen.state() != TaskState.WAITING) {
            return;
        }
        Instant soon = Instant.now().plus(Duration.ofDays(1));
        disk.transact(tx -> tx.tasks().retry(seen.kind(), seen.key()));
        Optional<Task> claimed = disk.transact(tx -> tx.tasks()
                .find(seen.kind(), seen.key())
                .flatMap(task -> tx.claims().claim(task, "stage", soon, Duration.ofHours(1))));
        if (claimed.isEmpty()) {
            return;
        }
        Task task = claimed.get();
        try {
            switch (handler(step).run(task, new Context())) {
                case Outcome.Done done -> finish(task, TaskState.DONE, "", done.commit());
                case Outcome.Later later -> finish(task, TaskState.WAITING, later.why(), tx -> {});
                case Outcome.Park park -> finish(task, TaskState.PARKED, park.why(), tx -> {});
            }
        } catch (Exception e) {
            finish(task, TaskState.READY, String.valueOf(e.getMessage()), tx -> {});
        }
    }

    private TaskHandler handler(SealingStep step) {
        return Objects.requireNonNull(handlers.get(step.kind()));
    }

    private void finish(Task task, TaskState state, String why, Consumer<Tx> commit) {
        var ending = new Ending(state, 0, Instant.now(), Optional.of("head"), Optional.of(why), Instant.now());
        boundary();
        disk.transactVoid(tx -> {
            tx.claims().finish(task, ending);
            commit.accept(tx);
        });
        boundary();
    }

    String why(SealingStep step, SectorNumber number) {
        return disk.read(tx -> tx.tasks().find(step.kind(), SealingStep.keyOf(number)))
                .flatMap(Task::why)
                .orElse("");
    }

    List<SectorState> states(SectorNumber... numbers) {
        return Stream.of(numbers).map(number -> sector(number).state()).toList();
    }

    @Override
    public void close() {
        disk.close();
    }

    private final class Context implements TaskContext {
        @Override
        public boolean stillOwned() {
            return true;
        }

        @Override
        public void progress(String words) {}

        @Override
        public Instant now() {
            return Instant.now().plus(ahead);
        }
    }

    /** The store as a process has it that may die at any boundary of a transaction. */
    private final class Mortal extends UnopenedStateStore {
        @Override
        public <T> T transact(Function<Tx, T> work) {
            boundary();
            T result = disk.transact(work);
            boundary();
            return result;
        }

        @Override
        public <T> T read(Function<Tx, T> work) {
            return disk.read(work);
        }

        @Override
        public String incarnation() {
            return disk.incarnation();
        }
    }
}
