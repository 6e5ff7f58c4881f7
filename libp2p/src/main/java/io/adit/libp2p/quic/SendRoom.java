package io.adit.libp2p.quic;

import io.adit.libp2p.transport.SendBudget;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the streams of one connection may have written that QUIC has not taken yet. While the host's budget lasts, each
 * as much as a stream may; after that all of them together what one connection has for itself, and one that has nothing
 * under way {@link #LEAST} bytes, so that a stream whose remote reads goes on whatever the others do.
 */
final class SendRoom {
    /** Bytes handed to the event loop at once. */
    static final int BLOCK = 64 << 10;

    static final int LEAST = 4 << 10;

    private final SendBudget budget;
    private final AtomicLong unsent = new AtomicLong();

    SendRoom(SendBudget budget) {
        this.budget = budget;
    }

    /**
     * Bytes that a stream may write now; none if it has to wait until some of its own were taken.
     *
     * @param ownUnsent what it has under way
     */
    int allowed(long ownUnsent) {
        if (budget.hasRoom(unsent.get())) {
            return BLOCK;
        }
        return ownUnsent == 0 ? LEAST : 0;
    }

    void take(long bytes) {
        unsent.addAndGet(bytes);
        budget.take(bytes);
    }

    void give(long bytes) {
        unsent.addAndGet(-bytes);
        budget.give(bytes);
    }
}
