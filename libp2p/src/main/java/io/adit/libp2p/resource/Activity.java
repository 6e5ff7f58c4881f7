package io.adit.libp2p.resource;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What one connection has been good for lately: bytes that its streams have carried, and when the last ones were. */
final class Activity {
    private static final long SECOND = 1_000_000_000L;
    /** Without a byte for so long it does nothing. */
    static final long IDLE = 30 * SECOND;
    /** So old a connection may be measured by what it has carried; what was longer ago than three times this does not count. */
    static final long GROWN = 60 * SECOND;
    /** Bytes in a second, lately: who carries less only keeps his place warm. */
    static final long LEAST = 1024;

    private final LongSupplier nanoTime;
    private final long made;
    private final LongAdder bytes = new LongAdder();
    private volatile long last;
    private volatile Period period;

    /**
     * Since when is counted: the last period that has ended and the one that is running, so that neither an old burst keeps a
     * connection for ever nor its idle past tells against one that has begun to work.
     *
     * @param counted what had been carried at {@code since}
     * @param next when the running period began
     * @param countedNext what had been carried by then
     */
    private record Period(long since, long counted, long next, long countedNext) {}

    Activity(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.made = nanoTime.getAsLong();
        this.last = made;
        this.period = new Period(made, 0, made, 0);
    }

    void carried(long count) {
        var now = nanoTime.getAsLong();
        if (now - period.next() >= GROWN) {
            beginPeriod(now);
        }
        bytes.add(count);
        last = now;
    }

    private synchronized void beginPeriod(long now) {
        var ended = period;
        if (now - ended.next() >= GROWN) {
            period = new Period(ended.next(), ended.countedNext(), now, bytes.sum());
        }
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
        var now = nanoTime.getAsLong();
        var lately = period;
        return now - made >= GROWN && bytes.sum() - lately.counted() < LEAST * ((now - lately.since()) / SECOND);
    }
}
