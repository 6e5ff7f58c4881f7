package io.adit.core.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.Lock;

/**
 * A clock, and everything that can wait for it. Code that keeps to one timeline (its strands, its locks and conditions,
 * its sleeps) behaves the same in real and in simulated time.
 *
 * <p>In simulated time only one strand runs at a time, and another gets its turn where this one waits. So a strand must
 * never wait for another by any means but this timeline's: no {@code synchronized} block, no JDK queue, future or latch
 * that another strand releases.
 */
public interface Timeline extends InstantSource {

    /** Nanoseconds of a clock that never steps back; only differences mean anything. */
    long nanoTime();

    /**
     * Starts a strand.
     *
     * @param kind what carries it in real time
     * @param name for logs and thread dumps
     * @param body what it does; its uncaught exceptions end the strand and are reported, not lost
     */
    Strand start(Strand.Kind kind, String name, Runnable body);

    /** Lets time pass. */
    void sleep(Duration duration) throws InterruptedException;

    /** A reentrant lock whose conditions wait in this time. */
    Lock newLock();
}
