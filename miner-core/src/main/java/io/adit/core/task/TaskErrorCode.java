package io.adit.core.task;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong with tasks as such. */
public enum TaskErrorCode implements ErrorCode {
    /** The task was claimed by another engine while it ran here. */
    TASK_LEASE_LOST(
            ErrorKind.HARDWARE,
            "A task's lease ran out while it was running, so its result was thrown away. The machine was stopped or"
                    + " starved for longer than the lease."),
    /** Two handlers for one kind. */
    TASK_KIND_TWICE(ErrorKind.BUG, "Two handlers were registered for one kind of task.");

    private final ErrorKind kind;
    private final String explanation;

    TaskErrorCode(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
