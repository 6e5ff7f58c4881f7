package io.adit.core.task;

/** Where a task stands. */
public enum TaskState {
    /** Runs as soon as it is due, somebody has the resources and nothing more urgent wants them. */
    READY,
    /** Claimed under a lease. */
    RUNNING,
    /** Waits for a signal or a time; no failure. */
    WAITING,
    /** Stopped; an operator must act and then retry it. */
    PARKED,
    /** Failed as often as its policy allows. */
    FAILED,
    /** Committed. */
    DONE
}
