package io.adit.core.time;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A number of places, for a semaphore's use, waited for in a {@link Timeline}. */
public final class Permits {
    private final Lock lock;
    private final Condition freed;
    private int free;

    /**
     * Makes so many places, all free.
     *
     * @param places at least 1
     */
    public Permits(int places, Timeline timeline) {
        this.lock = timeline.newLock();
        this.freed = lock.newCondition();
        this.free = places;
    }

    /** Takes a place; waits until one is free. */
    public void acquire() throws InterruptedException {
        lock.lock();
        try {
            while (free == 0) {
                freed.await();
            }
            free--;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back. */
    public void release() {
        lock.lock();
        try {
            free++;
            freed.signal();
        } finally {
            lock.unlock();
        }
    }
}
