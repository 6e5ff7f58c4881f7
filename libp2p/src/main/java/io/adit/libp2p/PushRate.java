package io.adit.libp2p;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How often the remote of a connection is listened to when it says what is new about it: {@value #BURST} times, and again for
 * each {@link #INTERVAL} that has passed. Each time costs up to 80 KiB to read, and every observer some work.
 */
final class PushRate {
    static final int BURST = 10;
    static final Duration INTERVAL = Duration.ofSeconds(6);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private long last;
    private long left = BURST;

    PushRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    /** Whether one more is heard. */
    boolean take() {
        lock.lock();
        try {
            var earned = (nanoTime.getAsLong() - last) / INTERVAL.toNanos();
            last += earned * INTERVAL.toNanos();
            left = Math.min(BURST, left + earned);
            if (left == 0) {
                return false;
            }
            left--;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
