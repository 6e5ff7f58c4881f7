package io.adit.core.time;

import java.time.Duration;

/** A thread of a {@link Timeline}. */
public interface Strand {

    /** What carries a strand in real time. */
    enum Kind {
        /** For code that waits for sockets, locks and time. */
        VIRTUAL,
        /**
         * For code that computes, or waits inside the operating system (files, pipes, native calls): on a virtual
         * thread that would hold one of the few carriers that all others share.
         */
        PLATFORM
    }

    /** Whether it has not ended yet. */
    boolean isAlive();

    /** Asks it to end: what it waits in, or waits in next, throws {@link InterruptedException}. */
    void interrupt();

    /**
     * Waits for its end.
     *
     * @return whether it has ended
     */
    boolean join(Duration patience) throws InterruptedException;
}
