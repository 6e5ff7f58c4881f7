package io.adit.core.state;

import io.adit.core.task.NewTask;
import io.adit.core.task.Task;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Durable tasks, for rooms that enqueue, look and intervene; running them is the task engine's, see {@link TaskClaims}. */
public interface TaskTable {
    /**
     * Adds a task unless one with the same kind and key exists in any state, finished ones included.
     *
     * @return whether it was new
     */
    boolean enqueue(NewTask task);

    /** The task with this kind and key. */
    Optional<Task> find(String kind, String key);

    /** Tasks that are not done, by priority, then age. */
    List<Task> listUnfinished();

    /** Tasks of one kind that are not done, by priority, then age. */
    List<Task> listUnfinished(String kind);

    /** All tasks of one kind, by age. */
    List<Task> listKind(String kind);

    /** Makes a waiting, parked, failed or done task runnable now, with its attempts counted from zero. Answers whether it was one of these. */
    boolean retry(String kind, String key);

    /** Stops a task that is not running and not done until {@link #retry}. Answers whether it did. */
    boolean park(String kind, String key, String why);

    /**
     * Wakes every task that waits for this signal, and, once this is committed, those that run and are about to wait for
     * it; answers how many waited.
     */
    int signal(String name);

    /** Deletes a task that is not running. Answers whether it did. */
    boolean remove(String kind, String key);

    /** Deletes finished tasks that ended before the instant; answers how many. Their keys may then be used again. */
    int forgetDone(Instant endedBefore);
}
