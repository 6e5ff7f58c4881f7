package io.adit.sealing.proving;

import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * A number of places that go to whoever has the least time left, and of several with as much to the one that came first. A proof that has
 * to be made once more does not wait behind those of the next window.
 */
final class UrgentPlaces {
    private final Lock lock;
    private final Condition changed;
    private final List<Waiting> waiting = new ArrayList<>();
    private int free;

    /** One who waits; two of them are never equal. */
    private static final class Waiting {
        private final Supplier<Duration> left;

        Waiting(Supplier<Duration> left) {
            this.left = left;
        }

        Duration left() {
            return left.get();
        }
    }

    /** @param places at least 1 */
    UrgentPlaces(int places, Timeline timeline) {
        this.lock = timeline.newLock();
        this.changed = lock.newCondition();
        this.free = places;
    }

    /**
     * Takes a place; waits until one is free and nobody who waits has less time.
     *
     * @param left asked again and again
     */
    void acquire(Supplier<Duration> left) throws InterruptedException {
        var me = new Waiting(left);
        lock.lock();
        try {
            waiting.add(me);
            while (free == 0 || !first().equals(Optional.of(me))) {
                changed.await();
            }
            free--;
        } finally {
            waiting.remove(me);
            changed.signalAll();
            lock.unlock();
        }
    }

    private Optional<Waiting> first() {
        return waiting.stream().min(Comparator.comparing(Waiting::left));
    }

    /** Gives a place back. */
    void release() {
        lock.lock();
        try {
            free++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
