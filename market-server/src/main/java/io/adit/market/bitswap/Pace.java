package io.adit.market.bitswap;

import java.time.Duration;

/**
 * How fast a peer takes what it is sent: a least rate, and so much time beyond that. The time beyond comes back as the peer takes
 * more than the least rate, but is never more.
 */
final class Pace {
    private static final long LEAST_NANOS = 1_000_000_000;

    private final long leastRate;
    private final long patience;
    private long late;

    /**
     * @param leastRate bytes a second
     * @param patience time beyond what they take
     */
    Pace(long leastRate, Duration patience) {
        this.leastRate = leastRate;
        this.patience = patience.toNanos();
    }

    /** How long the peer may take for the next {@code count} bytes. */
    Duration allowance(int count) {
        long left = patience - late + nanosFor(count);
        return Duration.ofNanos(Math.clamp(left, Math.min(LEAST_NANOS, patience), patience));
    }

    /** The peer has taken so many bytes in so many nanoseconds. */
    void took(int count, long nanos) {
        late = Math.clamp(late + nanos - nanosFor(count), 0, patience);
    }

    private long nanosFor(int count) {
        return count * 1_000_000_000L / leastRate;
    }
}
