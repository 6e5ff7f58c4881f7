package io.adit.libp2p.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for what was sealed and the sockets have not taken yet, over all connections of a host.
 *
 * <p>When it is used up nobody is cut off: a connection may always have {@link #RESERVED} bytes under way, so those
 * whose peers read go on message by message while those whose peers do not read stand still.
 */
public final class SendBudget {
    /** What a connection may have unsent without asking: one message of the largest size. */
    static final long RESERVED = 64 << 10;

    private final long total;
    private final AtomicLong taken = new AtomicLong();

    public SendBudget(long total) {
        this.total = total;
    }

    /** Whether a connection with this much unsent may seal more, or hand more to QUIC, which seals it. */
    public boolean hasRoom(long unsent) {
        return unsent < RESERVED || taken.get() < total;
    }

    /** So many more bytes are unsent. */
    public void take(long bytes) {
        taken.addAndGet(bytes);
    }

    /** So many bytes less are unsent. */
    public void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    /** Bytes unsent now. */
    long taken() {
        return taken.get();
    }
}
