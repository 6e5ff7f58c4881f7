package io.adit.sealing.proving;

import io.adit.chain.type.TipSet;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** The newest head, for threads that wait for it to change. Heads that nobody waited for are passed over. */
final class HeadWatch {

    /**
     * After so long a head that stays is looked at again, although the chain's state at it is the same for good: the node
     * that told of it may not have told the truth.
     */
    static final Duration SAME_AGAIN = Duration.ofMinutes(1);

    private final Lock lock;
    private final Condition changed;
    private final Timeline timeline;
    private long since;
    private @Nullable TipSet latest;
    private boolean closed;

    HeadWatch(Timeline timeline) {
        this.timeline = timeline;
        lock = timeline.newLock();
        changed = lock.newCondition();
    }

    void offer(TipSet head) {
        lock.lock();
        try {
            if (latest == null || !latest.height().equals(head.height())) {
                since = timeline.nanoTime();
            }
            latest = head;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Optional<TipSet> latest() {
        lock.lock();
        try {
            return Optional.ofNullable(latest);
        } finally {
            lock.unlock();
        }
    }

    /** For how long it has been of the same epoch; the clock goes on when no heads come. */
    Duration age() {
        lock.lock();
        try {
            return latest == null ? Duration.ZERO : Duration.ofNanos(timeline.nanoTime() - since);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the head is another one than this, the time is over, or the watch is closed. */
    Optional<TipSet> awaitOther(Optional<TipSet> seen, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!closed && left > 0 && isSeen(seen)) {
                left = changed.awaitNanos(left);
            }
            return Optional.ofNullable(latest);
        } finally {
            lock.unlock();
        }
    }

    private boolean isSeen(Optional<TipSet> seen) {
        return latest == null || seen.map(TipSet::key).equals(Optional.of(latest.key()));
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
