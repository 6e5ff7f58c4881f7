package io.adit.core.task;

import java.time.Instant;

/** What a running task may ask the engine. */
public interface TaskContext {
    /** Whether the lease still holds. To be asked before every step that cannot be taken back. */
    boolean stillOwned();

    /** Says how far the task is, for the operator's view. */
    void progress(String words);

    /** The time by the engine's clock. */
    Instant now();
}
