package io.adit.libp2p;

import io.adit.libp2p.identity.PeerId;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * One ordered, bidirectional byte stream to a peer, over which one protocol is spoken.
 *
 * <p>Calls block and are meant for virtual threads. One thread may read while another writes; two threads that both
 * write must agree on turns themselves. Failures are {@link Libp2pException}s, whose kind tells a reset from a lost
 * connection from a deadline.
 */
public interface Stream extends Closeable {
    /** The peer at the other end, proved by the connection's handshake. */
    PeerId remotePeer();

    /** The protocol that both sides agreed on. */
    String protocol();

    /** The connection that carries this stream. */
    Connection connection();

    /**
     * Reads at least one byte unless {@code length} is zero.
     *
     * @return the number of bytes read, or -1 once the remote has half-closed and everything was read
     * @throws Libp2pException STREAM_RESET, TIMEOUT, CLOSED or CONNECTION_LOST
     */
    int read(byte[] buffer, int offset, int length) throws IOException;

    /**
     * Writes all bytes. Waits while the remote's window is used up or the socket does not drain; on return the bytes
     * are on their way but need not have arrived. After a TIMEOUT some of them may have been sent.
     *
     * @throws Libp2pException STREAM_RESET, TIMEOUT, CLOSED or CONNECTION_LOST
     */
    void write(byte[] buffer, int offset, int length) throws IOException;

    /** Tells the remote that nothing more will be written; reading goes on. Repeated calls do nothing. */
    void closeWrite() throws IOException;

    /** Ends both directions at once; the remote learns of it. What is unread or unsent is lost. */
    void reset();

    /** From now until {@code timeout} has passed reads may wait; zero means without limit. */
    void setReadDeadline(Duration timeout);

    /** From now until {@code timeout} has passed writes may wait; zero means without limit. */
    void setWriteDeadline(Duration timeout);

    /** Half-closes and gives up reading: bytes still arriving are thrown away. Never resets what was written. */
    @Override
    void close();

    /** This stream's reading side; closing it changes nothing. */
    InputStream input();

    /** This stream's writing side, unbuffered; closing it is {@link #closeWrite()}. */
    OutputStream output();
}
