package io.adit.proofs;

import io.adit.proofs.WorkerMessages.Response;
import io.adit.proofs.WorkerProcess.WorkerGone;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of one lane: started when first needed, replaced when they die, callers served in the order they came.
 */
final class WorkerPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

    /** The place of one worker; the process in it may come and go. */
    private static final class Slot {
        final int index;
        volatile @Nullable WorkerProcess worker;
        volatile @Nullable ProofOperation running;

        Slot(int index) {
            this.index = index;
        }
    }

    private final WorkerLane lane;
    private final WorkerOptions options;
    private final ProofsListener listener;
    private final List<Slot> slots = new ArrayList<>();
    private final BlockingQueue<Slot> idle;
    private volatile boolean closed;

    WorkerPool(WorkerLane lane, WorkerOptions options, ProofsListener listener) {
        this.lane = lane;
        this.options = options;
        this.listener = listener;
        this.idle = new ArrayBlockingQueue<>(options.workers(lane), true);
        for (int i = 0; i < options.workers(lane); i++) {
            var slot = new Slot(i);
            slots.add(slot);
            idle.add(slot);
        }
    }

    /**
     * Runs a call on a free worker, with another one when it dies or panics; the answer's CBOR.
     *
     * @param within all the time there is, for waiting and for every attempt; empty: each has the operation's limit
     */
    byte[] call(ProofOperation operation, byte[] arguments, Optional<Duration> within) {
        var started = System.nanoTime();
        var slot = take(operation, within);
        var attempt = 0;
        try {
            slot.running = operation;
            while (true) {
                attempt++;
                try {
                    var limit = within.map(all -> all.minusNanos(System.nanoTime() - started))
                            .orElse(options.limit(operation));
                    var response = attempt(slot, operation, arguments, limit);
                    listener.called(
                            new CallStats(operation, lane, response.wallMillis(), response.cpuMillis(), attempt, true));
                    return response.body();
                } catch (WorkerGone gone) {
                    discard(slot, operation, gone);
                    if (attempt >= attemptsAfter(gone, within)
                            || closed
                            || gone.sector().isPresent()) {
                        throw giveUp(operation, attempt, gone);
                    }
                }
            }
        } catch (ProofsException failed) {
            var wall = Duration.ofNanos(System.nanoTime() - started).toMillis();
            listener.called(new CallStats(operation, lane, wall, 0, attempt, false));
            throw failed;
        } finally {
            slot.running = null;
            idle.add(slot);
        }
    }

    /** What took too long is tried once more: the hang may have been the worker's, but a third time would be too late. */
    private int attemptsAfter(WorkerGone gone, Optional<Duration> within) {
        if (gone.error() != ProofsError.WORKER_TIMEOUT) {
            return options.maxAttempts();
        }
        return within.isPresent() ? 1 : Math.min(2, options.maxAttempts());
    }

    private Response attempt(Slot slot, ProofOperation operation, byte[] arguments, Duration limit) throws WorkerGone {
        if (!limit.isPositive()) {
            throw late(operation);
        }
        var worker = running(slot);
        var response = worker.call(operation, arguments, limit);
        if (response.error().isEmpty()) {
            return response;
        }
        var error = ProofsError.valueOf(response.error());
        var message = new String(response.body(), StandardCharsets.UTF_8);
        if (error == ProofsError.NATIVE_PANIC) {
            // Locks inside the library may be poisoned: this process is of no more use.
            throw new WorkerGone(error, message, response.sector());
        }
        throw new ProofsException(error, message);
    }

    private static ProofsException late(ProofOperation operation) {
        return new ProofsException(
                ProofsError.WORKER_TIMEOUT, operation + ": the time for it was over before a worker could do it.");
    }

    private Slot take(ProofOperation operation, Optional<Duration> within) {
        try {
            var slot = within.isEmpty() ? idle.take() : idle.poll(within.get().toNanos(), TimeUnit.NANOSECONDS);
            if (slot == null) {
                throw late(operation);
            }
            if (closed) {
                idle.add(slot);
                throw new ProofsException(ProofsError.CLOSED, operation + " after the proofs were closed.");
            }
            return slot;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ProofsException(
                    ProofsError.INTERRUPTED, operation + " was interrupted while it waited for a worker.", interrupted);
        }
    }

    private WorkerProcess running(Slot slot) throws WorkerGone {
        var worker = slot.worker;
        if (worker != null && worker.isAlive()) {
            return worker;
        }
        if (worker != null) {
            worker.close();
        }
        var fresh = WorkerProcess.start(lane, slot.index, options);
        slot.worker = fresh;
        if (closed) {
            fresh.close();
            throw new ProofsException(ProofsError.CLOSED, "The proofs were closed.");
        }
        return fresh;
    }

    private void discard(Slot slot, ProofOperation operation, WorkerGone gone) {
        if (closed) {
            return;
        }
        LOG.warn("Lost a {} worker: {}", lane, gone.getMessage());
        listener.workerLost(lane, operation, String.valueOf(gone.getMessage()));
        var worker = slot.worker;
        slot.worker = null;
        if (worker != null) {
            worker.close();
        }
    }

    private ProofsException giveUp(ProofOperation operation, int attempts, WorkerGone gone) {
        if (closed) {
            return new ProofsException(ProofsError.CLOSED, operation + " was cut off: the proofs were closed.", gone);
        }
        if (gone.sector().isPresent()) {
            return new ProofsException(gone.error(), String.valueOf(gone.getMessage()), gone.sector());
        }
        return new ProofsException(
                gone.error(), "%s Gave up after %d attempts.".formatted(gone.getMessage(), attempts), gone);
    }

    /** What the workers are doing, for operators and tests. */
    List<WorkerState> states() {
        var states = new ArrayList<WorkerState>();
        for (var slot : slots) {
            var worker = slot.worker;
            if (worker != null && worker.isAlive()) {
                states.add(new WorkerState(lane, worker.pid(), Optional.ofNullable(slot.running)));
            }
        }
        return states;
    }

    @Override
    public void close() {
        closed = true;
        for (var slot : slots) {
            var worker = slot.worker;
            if (worker != null) {
                worker.close();
            }
        }
    }
}
