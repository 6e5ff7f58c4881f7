package io.adit.libp2p.yamux;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for bytes that have arrived and were not read yet, over all connections of a host. Windows bound each stream,
 * but a stranger may open hundreds on each of many connections; a stream that would go beyond the budget is reset.
 */
public final class ReceiveBudget {
    private final long perConnection;
    private final AtomicLong left;

    /**
     * @param total bytes for all connections
     * @param perConnection bytes for each, so that one does not take what all need
     */
    public ReceiveBudget(long total, long perConnection) {
        if (perConnection < YamuxLimits.INITIAL_WINDOW || total < perConnection) {
            throw new IllegalArgumentException("a receive budget of " + total + " bytes, " + perConnection
                    + " for each connection, does not hold one window");
        }
        this.perConnection = perConnection;
        this.left = new AtomicLong(total);
    }

    /** One connection's part of the budget. */
    Share newShare() {
        return new Share();
    }

    /** What one connection has taken. */
    final class Share {
        private final AtomicLong taken = new AtomicLong();

        boolean tryTake(long bytes) {
            if (taken.addAndGet(bytes) > perConnection) {
                taken.addAndGet(-bytes);
                return false;
            }
            if (left.addAndGet(-bytes) < 0) {
                give(bytes);
                return false;
            }
            return true;
        }

        void give(long bytes) {
            left.addAndGet(bytes);
            taken.addAndGet(-bytes);
        }
    }
}
