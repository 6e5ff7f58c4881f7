package io.adit.sealing.proving;

import io.adit.core.fil.Epoch;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A number of places that go to whoever's window closes first, and of several with the same window to the one that came first. A proof
 * that has to be made once more does not wait behind those of the next window. The epoch decides and not the time that is left: that
 * is another one at every look, so that of equals the newest would go first, and two that wait could each take the other for the first.
 */
final class UrgentPlaces {
    /** Whoever waits is told when to look; it looks by itself too, since a window is at stake. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Lock lock;
    private final Condition changed;

    /** In the order in which they came. */
    private final List<Waiting> waiting = new ArrayList<>();

    private int free;

    /** One who waits; two of them are never equal. */
    private static final class Waiting {
        private final long closes;

        Waiting(long closes) {
            this.closes = closes;
        }

        long closes() {
            return closes;
        }
    }

    /** @param places at least 1 */
    UrgentPlaces(int places, Timeline timeline) {
        this.lock = timeline.newLock();
        this.changed = lock.newCondition();
        this.free = places;
    }

    /** Takes a place; waits until one is free and nobody who waits has a window that closes earlier, or came earlier for the same. */
    void acquire(Epoch closes) throws InterruptedException {
        var me = new Waiting(closes.value());
        lock.lock();
        try {
            waiting.add(me);
            while (free == 0 || !first().equals(Optional.of(me))) {
                changed.awaitNanos(LOOK.toNanos());
            }
            free--;
        } finally {
            waiting.remove(me);
            changed.signalAll();
            lock.unlock();
        }
    }

    private Optional<Waiting> first() {
        return waiting.stream().min(Comparator.comparingLong(Waiting::closes));
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
