package io.adit.market.bitswap;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of what cannot be read, once a minute: strangers ask for the same block as often as they like. */
final class Complaints {
    private static final Logger LOG = LoggerFactory.getLogger(Complaints.class);
    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanos;
    private final AtomicLong next;
    private final AtomicLong unsaid = new AtomicLong();

    Complaints(LongSupplier nanos) {
        this.nanos = nanos;
        this.next = new AtomicLong(nanos.getAsLong());
    }

    /** Whether it was said aloud. */
    boolean unreadable(String what, Exception cause) {
        long now = nanos.getAsLong();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + PAUSE)) {
            unsaid.incrementAndGet();
            LOG.debug("{} cannot be read for bitswap", what, cause);
            return false;
        }
        LOG.warn(
                "{} cannot be read for bitswap ({} times before that were not logged): {}",
                what,
                unsaid.getAndSet(0),
                cause.getMessage());
        return true;
    }
}
