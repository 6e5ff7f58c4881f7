package io.adit.libp2p.yamux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import java.time.Duration;

/** The ordered, encrypted channel beneath a Yamux session. */
public interface YamuxTransport {
    /** Most bytes of stream data that one frame may carry here. */
    int maxData();

    /** Queues a frame without data. Never waits; a remote that lets too many pile up loses the connection. */
    void sendControl(YamuxFrame frame);

    /**
     * Sends {@code length} bytes of a stream as one frame; waits while the channel does not drain.
     *
     * @throws Libp2pException TIMEOUT with nothing sent, CONNECTION_LOST or CLOSED
     */
    void sendData(int streamId, byte[] buffer, int offset, int length, Deadline deadline) throws Libp2pException;

    /** Has something done on the event loop after a while; false if the channel has ended. */
    boolean later(Duration delay, Runnable task);

    /** Closes the channel after handing it what is queued; what the socket does not take at once is lost. */
    void close();
}
