package io.adit.sealing.pipeline;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Task;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskState;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.adit.proofs.Proofs;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The sealing pipeline as the rest of the node sees it: handlers for the task engine, the intake for deals, and what
 * an operator can ask and do.
 */
public final class SealingPipeline {

    /** Heads may come hundreds of times a second on a development chain; waking every waiting step each time is waste. */
    private static final Duration SIGNAL_PAUSE = Duration.ofMillis(200);

    private final Timeline timeline;
    private final SealingContext context;
    private final SealingMetrics metrics;
    private final SectorAssignment assignment;
    private final AtomicReference<Instant> lastSignal = new AtomicReference<>(Instant.MIN);

    /** A pipeline in real time, with a wall clock for time stamps. */
    public SealingPipeline(
            SealingSettings settings,
            StateStore store,
            FullNode node,
            Proofs proofs,
            StoragePaths paths,
            MessageOutbox outbox,
            InstantSource clock,
            MeterRegistry registry) {
        this(settings, store, node, proofs, paths, outbox, new SystemTimeline(clock), registry);
    }

    /** Connects the rooms; nothing runs before the handlers are given to a started engine. */
    public SealingPipeline(
            SealingSettings settings,
            StateStore store,
            FullNode node,
            Proofs proofs,
            StoragePaths paths,
            MessageOutbox outbox,
            Timeline timeline,
            MeterRegistry registry) {
        this.timeline = timeline;
        this.context = new SealingContext(settings, store, node, proofs, paths, outbox, timeline);
        this.metrics = new SealingMetrics(registry);
        this.assignment = new SectorAssignment(context);
    }

    /** One handler for each step, for the task engine. */
    public List<TaskHandler> handlers() {
        var randomness = new SectorRandomness(context.node(), context.settings().miner());
        return List.of(
                new WaitDealsTask(context, metrics, assignment),
                new AddPieceTask(context, metrics, assignment),
                new TicketTask(context, metrics, randomness),
                new PreCommit1Task(context, metrics),
                new PreCommit2Task(context, metrics),
                new SendTask<>(
                        context,
                        SealingStep.PRE_COMMIT_SEND,
                        metrics,
                        new PreCommitMessage(context),
                        timeline.newLock()),
                new PreCommitWaitTask(context, metrics),
                new SeedWaitTask(context, metrics, randomness),
                new Commit1Task(context, metrics),
                new Commit2Task(context, metrics),
                new SendTask<>(
                        context,
                        SealingStep.COMMIT_SEND,
                        metrics,
                        new CommitMessage(context, metrics, randomness),
                        timeline.newLock()),
                new CommitWaitTask(context, metrics, randomness),
                new FinalizeTask(context, metrics));
    }

    /** Registers the gauges and asks the chain which sector numbers are taken. To be called before deals come in. */
    public void start() {
        metrics.countSectors(context.store());
        metrics.measureStorage(context.paths());
        assignment.refresh();
    }

    /** Where deals' pieces go in. */
    public SectorIntake intake() {
        return assignment;
    }

    /**
     * To be called when the head of the chain has changed; wakes the steps that wait for epochs. Cheap.
     *
     * @param signal the task engine's {@code signal}
     */
    public void onHead(Consumer<String> signal) {
        Instant now = context.clock().instant();
        Instant last = lastSignal.get();
        if (now.isBefore(last.plus(SIGNAL_PAUSE)) || !lastSignal.compareAndSet(last, now)) {
            return;
        }
        signal.accept(SealingContext.HEAD_SIGNAL);
    }

    /** Begins a sector without deals (committed capacity). */
    public SectorNumber pledge() {
        assignment.refresh();
        return context.store().transact(assignment::pledge);
    }

    /** Seals an open sector now, with what is in it. */
    public void sealNow(SectorNumber number) {
        context.store().transactVoid(tx -> {
            SectorRecord sector = require(tx, number);
            if (sector.state() != SectorState.WaitDeals) {
                throw new AditException(
                        SealingError.SECTOR_STATE,
                        "sealing sector " + number.value() + ": it is in " + sector.state() + ", not WaitDeals");
            }
            assignment.close(tx, sector);
        });
    }

    /** Runs a sector's stopped step again, with its attempts counted from zero. Answers which. */
    public SealingStep retry(SectorNumber number) {
        return context.store().transact(tx -> {
            require(tx, number);
            SectorView.Pending pending = pending(tx, number)
                    .orElseThrow(() -> new AditException(
                            SealingError.SECTOR_STATE,
                            "retrying sector " + number.value() + ": it has no step that is not done"));
            tx.tasks().retry(pending.step().kind(), SealingStep.keyOf(number));
            context.change(
                    tx,
                    number,
                    sector -> sector.withState(pending.step().state()).withError(Optional.empty()));
            return pending.step();
        });
    }

    /** All sectors by number. */
    public List<SectorView> sectors() {
        return context.store()
                .read(tx -> tx.sectors().list().stream()
                        .map(record -> new SectorView(record, pending(tx, record.number()), List.of()))
                        .toList());
    }

    /** One sector with its files. */
    public Optional<SectorView> sector(SectorNumber number) {
        Optional<SectorView> view = context.store()
                .read(tx -> tx.sectors()
                        .find(number)
                        .map(record -> new SectorView(record, pending(tx, number), List.of())));
        return view.map(found -> new SectorView(found.record(), found.step(), files(number)));
    }

    private List<Path> files(SectorNumber number) {
        var files = new ArrayList<Path>();
        for (SectorFileType type : SectorFileType.values()) {
            context.paths().find(context.settings().sector(number), type).ifPresent(files::add);
        }
        return files;
    }

    private static Optional<SectorView.Pending> pending(Tx tx, SectorNumber number) {
        // Steps may be gone back to, so the last one that is not done is the one that counts.
        Optional<SectorView.Pending> pending = Optional.empty();
        for (SealingStep step : SealingStep.values()) {
            Optional<Task> task = tx.tasks().find(step.kind(), SealingStep.keyOf(number));
            if (task.isPresent() && task.get().state() != TaskState.DONE) {
                pending = Optional.of(new SectorView.Pending(step, task.get()));
            }
        }
        return pending;
    }

    private static SectorRecord require(Tx tx, SectorNumber number) {
        return tx.sectors()
                .find(number)
                .orElseThrow(
                        () -> new AditException(SealingError.SECTOR_UNKNOWN, "there is no sector " + number.value()));
    }
}
