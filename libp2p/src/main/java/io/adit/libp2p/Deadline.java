package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import java.time.Duration;
import java.util.concurrent.locks.Condition;

/** A moment after which a blocking call gives up, or never. */
public final class Deadline {
    /** Waits without limit. */
    public static final Deadline NEVER = new Deadline(Long.MAX_VALUE);

    private static final Duration LONGEST = Duration.ofDays(365);

    private final long nanoTime;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** From now; zero means {@link #NEVER}. */
    public static Deadline after(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout " + timeout + " is negative");
        }
        if (timeout.isZero()) {
            return NEVER;
        }
        var bounded = timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
        return new Deadline(System.nanoTime() + bounded.toNanos());
    }

    /** Time left, at least zero; {@link Long#MAX_VALUE} for {@link #NEVER}. */
    public long remainingNanos() {
        return this == NEVER ? Long.MAX_VALUE : Math.max(0, nanoTime - System.nanoTime());
    }

    /**
     * Waits for a signal, once; the caller holds the condition's lock and checks again.
     *
     * @throws Libp2pException TIMEOUT if the deadline has passed, CLOSED if this thread was interrupted
     */
    @SuppressWarnings("WaitNotInLoop") // the callers loop: each has its own condition to check
    public void await(Condition condition, String what) throws Libp2pException {
        var left = remainingNanos();
        if (left == 0) {
            throw new Libp2pException(Kind.TIMEOUT, "deadline passed while " + what);
        }
        try {
            if (left == Long.MAX_VALUE) {
                condition.await();
            } else {
                condition.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while " + what, e);
        }
    }
}
