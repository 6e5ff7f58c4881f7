package io.adit.core.task;

import io.adit.core.error.ErrorCode;
import io.adit.core.state.Tx;
import java.time.Duration;
import java.util.function.Consumer;

/** How a run of a task ended, when it did not throw. */
public sealed interface Outcome {
    /**
     * The work is done.
     *
     * @param commit runs in the same transaction that marks the task done: update rows, enqueue successors. If it
     *     throws, nothing of it happened and the task is retried.
     */
    record Done(Consumer<Tx> commit) implements Outcome {}

    /**
     * Not yet; no failure. The task is run again when the signal comes or the time is over.
     *
     * @param atMost how long to wait without the signal
     * @param signal the name to be given to {@link TaskEngine#signal}
     * @param why for the operator who asks what the task waits for
     */
    record Later(Duration atMost, String signal, String why) implements Outcome {}

    /**
     * An operator must act.
     *
     * @param code the problem's code, for {@code adit explain}
     * @param why what is wrong and what to do, then to retry the task
     */
    record Park(ErrorCode code, String why) implements Outcome {}

    /** Done, with nothing to write. */
    static Outcome done() {
        return new Done(tx -> {});
    }

    /** Done, with these writes. */
    static Outcome done(Consumer<Tx> commit) {
        return new Done(commit);
    }
}
