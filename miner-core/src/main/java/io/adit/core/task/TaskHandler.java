package io.adit.core.task;

/** Runs the tasks of one kind. Must be safe to run again after it was cut off at any point. */
public interface TaskHandler {
    /** The kind of task this handler runs. */
    String kind();

    /** What a task of this kind needs while it runs. Called often; must not block. */
    default Resources needs(Task task) {
        return Resources.NONE;
    }

    /**
     * Whether the work reads or writes large files. A file call holds the carrier of a virtual thread for as long as it
     * takes, so such work gets a platform thread; {@link #needs} must bound how many run at once.
     */
    default boolean blocksOnFiles() {
        return false;
    }

    /**
     * Does the work, on a thread of its own, a virtual one unless {@link #blocksOnFiles}. It may block; it should watch for interruption, which means the
     * engine is closing.
     *
     * @throws Exception to be retried by {@link #retry}
     */
    Outcome run(Task task, TaskContext context) throws Exception;

    /** How failures are retried. */
    default RetryPolicy retry() {
        return RetryPolicy.standard();
    }
}
