package io.adit.sealing.pipeline;

import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.proofs.ProofsError;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One step of one sector as a task. Loads the sector, puts its number on every log line, writes each failure into the
 * sector's record so that its cause is visible, and parks the step, instead of dropping it, when its attempts are used
 * up.
 */
abstract class SectorTask implements TaskHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SectorTask.class);

    /** What trying again cannot change. */
    private static final Set<ErrorCode> FOR_THE_OPERATOR = Set.of(
            SealingError.PIECE_DIFFERS,
            SealingError.PIECE_FILE_MISSING,
            SealingError.SECTOR_FILE_MISSING,
            SealingError.STORAGE_NO_PATH,
            SealingError.STORAGE_COPY_DIFFERS,
            MessageErrorCode.MESSAGE_CANCELLED);

    /** What ends when space or funds come, when the base fee falls, or when a disk or the full node recovers. */
    private static final Set<ErrorCode> ENDS_BY_ITSELF = Set.of(
            SealingError.STORAGE_NO_SPACE,
            SealingError.STORAGE_SILENT,
            MessageErrorCode.MESSAGE_INSUFFICIENT_FUNDS,
            MessageErrorCode.MESSAGE_FEE_LIMIT,
            MessageErrorCode.MESSAGE_WAITS,
            MessageErrorCode.MESSAGE_LANE_CAP,
            RpcErrorCode.CALL_FAILED,
            RpcErrorCode.NODE_UNAUTHORIZED,
            RpcErrorCode.NODE_PERMISSION);

    final SealingContext context;
    private final SealingStep step;
    private final SealingMetrics metrics;

    SectorTask(SealingContext context, SealingStep step, SealingMetrics metrics) {
        this.context = context;
        this.step = step;
        this.metrics = metrics;
    }

    /** Does the step's work, or finds that it is done already. */
    abstract Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws Exception;

    @Override
    public final String kind() {
        return step.kind();
    }

    @Override
    public final boolean blocksOnFiles() {
        return step.touchesFiles();
    }

    /** What only waits for the chain is tried for as long as it takes; only a definite refusal stops it. */
    @Override
    public RetryPolicy retry() {
        if (!step.touchesFiles()) {
            return RetryPolicy.persistent();
        }
        return new RetryPolicy(8, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0.2);
    }

    // The engine is given whatever is wrong with a step, also what nobody foresaw; only interruption means "stop".
    @Override
    public final Outcome run(Task task, TaskContext taskContext) throws Exception {
        var number = new SectorNumber(Long.parseLong(task.key()));
        Optional<SectorRecord> found = context.store().read(tx -> tx.sectors().find(number));
        if (found.isEmpty()) {
            return new Outcome.Park(SealingError.SECTOR_UNKNOWN, "sector " + number.value() + " has no record");
        }
        if (found.get().state() == SectorState.Removed
                || (found.get().state() == SectorState.Proving && step != SealingStep.FINALIZE)) {
            // No step of sealing may touch the files of a sector that the chain expects to be proven.
            return Outcome.done();
        }
        SectorRecord sector = resumed(found.get());
        MDC.put("sector", task.key());
        try {
            return attempt(task, sector, taskContext);
        } finally {
            MDC.remove("sector");
        }
    }

    private Outcome attempt(Task task, SectorRecord sector, TaskContext taskContext) throws Exception {
        SectorNumber number = sector.number();
        long start = System.nanoTime();
        try {
            Outcome outcome = run(sector, context.settings().sector(number), taskContext);
            if (outcome instanceof Outcome.Park park) {
                failed(number, park.code(), park.why());
            } else if (outcome instanceof Outcome.Done) {
                metrics.stepDone(step, Duration.ofNanos(System.nanoTime() - start));
                LOG.info("sector {}: {} done", number.value(), step.kind());
            }
            return outcome;
        } catch (InterruptedException | ClosedByInterruptException stopping) {
            // The engine is closing; the step has not failed.
            throw stopping;
        } catch (Exception e) {
            if (isStopped(e)) {
                throw e;
            }
            return failedAttempt(task, number, e);
        }
    }

    /** Whether the step was interrupted, in whatever way what it was doing said so. */
    private static boolean isStopped(Exception e) {
        return Thread.currentThread().isInterrupted()
                || (e instanceof AditException coded && coded.code() == ProofsError.INTERRUPTED);
    }

    /** A step that the operator retries puts the sector back into the step's state. */
    private SectorRecord resumed(SectorRecord sector) {
        if (sector.state() != step.failedState()) {
            return sector;
        }
        return context.store()
                .transact(tx -> context.change(tx, sector.number(), current -> current.withState(step.state())));
    }

    private Outcome failedAttempt(Task task, SectorNumber number, Exception e) throws Exception {
        ErrorCode code = e instanceof AditException coded
                ? coded.code()
                : e instanceof IOException ? SealingError.STORAGE_IO : SealingError.STEP_FAILED;
        String why = step.kind() + ": " + (e.getMessage() == null ? e.toString() : e.getMessage());
        if (ENDS_BY_ITSELF.contains(code) || code.kind() == ErrorKind.NETWORK) {
            // None is the sector's fault, and all end without anybody retrying the sector.
            LOG.warn("sector {}: {} waits: {}", number.value(), step.kind(), why);
            remember(number, why);
            boolean nodes = code.kind() == ErrorKind.NETWORK || code instanceof RpcErrorCode;
            String signal = nodes ? SealingContext.HEAD_SIGNAL : SealingContext.SPACE_SIGNAL;
            return new Outcome.Later(context.settings().trouble(), signal, why);
        }
        if (code == MessageErrorCode.MESSAGE_CANCELLED) {
            // When the operator retries the step, it makes another message.
            context.store().transactVoid(tx -> MessageKeys.pastCancelled(tx, number));
        }
        metrics.stepFailed(step);
        LOG.warn("sector {}: {} failed, attempt {}", number.value(), step.kind(), task.attempts() + 1, e);
        if (!FOR_THE_OPERATOR.contains(code) && task.attempts() + 1 < retry().maxAttempts()) {
            remember(number, why);
            throw e;
        }
        failed(number, code, why);
        return new Outcome.Park(code, why);
    }

    private void remember(SectorNumber number, String why) {
        context.store().transactVoid(tx -> context.change(tx, number, sector -> sector.withError(Optional.of(why))));
    }

    private void failed(SectorNumber number, ErrorCode code, String why) {
        LOG.error("sector {}: {} needs the operator: {} {}", number.value(), step.kind(), code.name(), why);
        context.store()
                .transactVoid(tx -> context.change(
                        tx,
                        number,
                        sector ->
                                sector.withState(step.failedState()).withError(Optional.of(code.name() + ": " + why))));
    }
}
