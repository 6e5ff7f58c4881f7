package io.adit.libp2p.resource;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What one connection has been good for: bytes that its streams have carried, and when the last ones were. */
final class Activity {
    private static final long SECOND = 1_000_000_000L;
    /** Without a byte for so long it does nothing. */
    static final long IDLE = 30 * SECOND;
    /** So old a connection may be measured by what it has carried. */
    static final long GROWN = 60 * SECOND;
    /** Bytes in a second, since it was made: who carries less only keeps his place warm. */
    static final long LEAST = 1024;

    private final LongSupplier nanoTime;
    private final long since;
    private final LongAdder bytes = new LongAdder();
    private volatile long last;

    Activity(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
        this.last = since;
    }

    void carried(long count) {
        bytes.add(count);
        last = nanoTime.getAsLong();
    }

    /** Time without a byte. */
    long idleNanos() {
        return nanoTime.getAsLong() - last;
    }

    /** Whether nobody would miss much if it ended. */
    boolean isUseless() {
        if (idleNanos() >= IDLE) {
            return true;
        }
        var age = nanoTime.getAsLong() - since;
        return age >= GROWN && bytes.sum() / (age / SECOND) < LEAST;
    }
}
