package io.adit.core.state;

import io.adit.core.task.Task;
import io.adit.core.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the task engine takes tasks: by conditional updates, a lease and a fencing token that grows with every claim. Row
 * locks are never held while a task runs.
 */
public interface TaskClaims {
    /** The runnable tasks of these kinds: due, or running under a lease that ran out; by priority, then age. */
    List<Task> due(Set<String> kinds, Instant now, int limit);

    /** When the next task of these kinds becomes due, after now. */
    Optional<Instant> nextDue(Set<String> kinds, Instant now);

    /** How many tasks of each kind are in each state, finished ones left out. */
    List<TaskCount> counts();

    /** Whether a task waits for this signal. */
    boolean waitsFor(String signal);

    /**
     * Takes a due task: empty if somebody else was quicker, or its owner has renewed the lease. The returned task carries
     * the new fencing token.
     */
    Optional<Task> claim(Task seen, String owner, Instant now, Duration lease);

    /** Prolongs the leases of everything this owner runs; answers the tasks that it still owns. */
    List<Task> renew(String owner, Instant leaseUntil);

    /** Makes tasks runnable whose lease belongs to an owner whose name does not start with the prefix; answers how many. */
    int releaseForeign(String ownerPrefix);

    /**
     * Moves a running task to another state, if it is still owned with the same fencing token.
     *
     * @param claimed the task as {@link #claim} returned it
     * @return false if the lease was lost; the caller must roll back
     */
    boolean finish(Task claimed, Ending ending);

    /**
     * What becomes of a running task.
     *
     * @param state READY, WAITING, PARKED, FAILED or DONE
     * @param attempts failed attempts so far
     * @param notBefore when it may run again, for READY and WAITING
     * @param signal what wakes it, for WAITING
     * @param why in words, for an operator
     */
    record Ending(
            TaskState state,
            int attempts,
            Instant notBefore,
            Optional<String> signal,
            Optional<String> why,
            Instant at) {}

    /** A number of tasks. */
    record TaskCount(String kind, TaskState state, long tasks) {}
}
