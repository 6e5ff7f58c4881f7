package io.adit.libp2p.mux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;

/** The streams of one connection. */
public interface StreamSession {
    /**
     * Lets bytes flow; before it nothing comes in. Once.
     *
     * @param onTick called on the event loop once in each keep-alive interval
     * @param onClose called once when the connection has ended, after all its streams have
     */
    void begin(Runnable onTick, Runnable onClose);

    /**
     * Opens a stream; waits while the remote admits no further ones.
     *
     * @throws Libp2pException TIMEOUT, LIMIT, CLOSED or CONNECTION_LOST
     */
    MuxedStream open(Deadline deadline) throws Libp2pException;

    /** Streams open now. */
    int streamCount();

    /** Whether it was closed, or the connection has gone. */
    boolean hasEnded();

    /** Tells the remote that this side goes away, and ends all streams. */
    void close(Libp2pException reason);
}
