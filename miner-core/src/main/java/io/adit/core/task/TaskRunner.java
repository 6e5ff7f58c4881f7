package io.adit.core.task;

import io.adit.core.error.AditException;
import io.adit.core.state.StateStore;
import io.adit.core.state.TaskClaims.Ending;
import io.adit.core.state.Tx;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one claimed task and writes what became of it. */
final class TaskRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);
    private static final int LONGEST_WHY = 2000;

    private final StateStore store;
    private final Timeline timeline;
    private final TaskMeters meters;
    private final RandomGenerator random;
    private final BooleanSupplier closing;

    TaskRunner(
            StateStore store, Timeline timeline, TaskMeters meters, RandomGenerator random, BooleanSupplier closing) {
        this.store = store;
        this.timeline = timeline;
        this.meters = meters;
        this.random = random;
        this.closing = closing;
    }

    /** Runs the task to an ending; never throws. */
    void run(TaskHandler handler, RunningTask here) {
        Task task = here.task();
        long started = timeline.nanoTime();
        TaskState state;
        try {
            state = attempt(handler, here);
        } catch (Throwable e) {
            // Errors too: a task that runs out of memory or stack must not take the engine with it.
            state = fail(handler, task, e);
        }
        meters.ended(task.kind(), state, Duration.ofNanos(timeline.nanoTime() - started));
    }

    private TaskState attempt(TaskHandler handler, RunningTask here) throws Exception {
        Task task = here.task();
        CrashPoints.reach(task.kind() + ".start");
        Outcome outcome = handler.run(task, here);
        return switch (outcome) {
            case Outcome.Done(Consumer < Tx > commit) -> {
                CrashPoints.reach(task.kind() + ".ran");
                write(task, ending(TaskState.DONE, 0, Duration.ZERO, Optional.empty(), Optional.empty()), commit);
                CrashPoints.reach(task.kind() + ".done");
                yield TaskState.DONE;
            }
            case Outcome.Later later -> awaitSignal(here, later);
            case Outcome.Park park -> {
                String why = park.code().name() + ": " + park.why();
                write(
                        task,
                        ending(TaskState.PARKED, task.attempts(), Duration.ZERO, Optional.empty(), Optional.of(why)),
                        tx -> {});
                LOG.warn("task {} is parked: {}", task.name(), why);
                yield TaskState.PARKED;
            }
        };
    }

    /**
     * A signal that came while the task ran found no row to wake: the task goes on at once. It alone, since the signal has
     * woken everybody else; to give it again would have those that wait for it wake each other without end.
     */
    private TaskState awaitSignal(RunningTask here, Outcome.Later later) {
        boolean goesOn = here.wasSignalled(later.signal());
        var why = Optional.of(later.why());
        write(
                here.task(),
                goesOn
                        ? ending(TaskState.READY, 0, Duration.ZERO, Optional.empty(), why)
                        : ending(TaskState.WAITING, 0, later.atMost(), Optional.of(later.signal()), why),
                tx -> {});
        if (!goesOn && here.wasSignalled(later.signal())) {
            // Between the look and the write.
            store.transact(tx -> tx.tasks().signal(later.signal()));
        }
        return goesOn ? TaskState.READY : TaskState.WAITING;
    }

    private void write(Task task, Ending ending, Consumer<Tx> commit) {
        store.transactVoid(tx -> {
            if (!tx.claims().finish(task, ending)) {
                throw new AditException(
                        TaskErrorCode.TASK_LEASE_LOST,
                        "ending task " + task.name() + ": its lease was lost while it ran; the result is thrown away");
            }
            commit.accept(tx);
        });
    }

    private TaskState fail(TaskHandler handler, Task task, Throwable failure) {
        try {
            return recordFailure(handler, task, failure);
        } catch (RuntimeException e) {
            if (!leaseLost(e)) {
                LOG.warn("task {} failed and that could not be recorded; its lease will run out", task.name(), e);
            }
            return TaskState.RUNNING;
        }
    }

    private TaskState recordFailure(TaskHandler handler, Task task, Throwable failure) {
        if (leaseLost(failure)) {
            LOG.warn("{}", failure.getMessage());
            return TaskState.RUNNING;
        }
        if (closing.getAsBoolean()) {
            // The interrupt has done its work; left set, it would stop the write that gives the task back.
            boolean interrupted = Thread.interrupted();
            LOG.debug("giving back task {} (interrupted: {})", task.name(), interrupted);
            write(
                    task,
                    ending(TaskState.READY, task.attempts(), Duration.ZERO, Optional.empty(), task.why()),
                    tx -> {});
            return TaskState.READY;
        }
        meters.failure(task.kind());
        RetryPolicy policy = handler.retry();
        int failures = task.attempts() + 1;
        Optional<String> why = Optional.of(inWords(failure));
        if (failures >= policy.maxAttempts()) {
            LOG.error("task {} failed for good after {} attempts", task.name(), failures, failure);
            write(task, ending(TaskState.FAILED, failures, Duration.ZERO, Optional.empty(), why), tx -> {});
            return TaskState.FAILED;
        }
        Duration pause = policy.pause(failures, random);
        LOG.warn("task {} failed ({} of {}), again in {}", task.name(), failures, policy.maxAttempts(), pause, failure);
        write(task, ending(TaskState.READY, failures, pause, Optional.empty(), why), tx -> {});
        return TaskState.READY;
    }

    private Ending ending(
            TaskState state, int attempts, Duration pause, Optional<String> signal, Optional<String> why) {
        Instant now = timeline.instant();
        return new Ending(state, attempts, now.plus(pause), signal, why, now);
    }

    private static boolean leaseLost(Throwable e) {
        return e instanceof AditException adit && adit.code() == TaskErrorCode.TASK_LEASE_LOST;
    }

    private static String inWords(Throwable failure) {
        String words = failure instanceof AditException adit
                ? adit.code().name() + ": " + adit.getMessage()
                : failure.toString();
        return words.length() > LONGEST_WHY ? words.substring(0, LONGEST_WHY) + "…" : words;
    }
}
