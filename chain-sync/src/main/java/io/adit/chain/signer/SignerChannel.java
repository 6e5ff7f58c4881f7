package io.adit.chain.signer;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One exchange over the signer's socket: a frame there, a frame back. A frame is a big-endian 32-bit length and that many
 * bytes of CBOR. The whole exchange has one deadline, at which the connection is closed whatever it is doing.
 */
final class SignerChannel implements AutoCloseable {
    /** Above a message with the parameters of the largest aggregate, and a header with all its parents. */
    static final int MAX_FRAME = 1 << 20;

    private final SocketChannel channel;
    private final CompletableFuture<Void> deadline;
    private final CompletableFuture<Void> closed;

    SignerChannel(SocketChannel channel, Duration limit) {
        this.channel = channel;
        this.deadline = new CompletableFuture<>();
        // The timer runs on the JDK's delay thread; closing a socket does not block.
        this.closed = deadline.completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(this::abort);
    }

    private void abort() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing a socket at its deadline", e);
        }
    }

    SocketChannel socket() {
        return channel;
    }

    void send(byte[] frame) throws IOException {
        if (frame.length > MAX_FRAME) {
            throw badFrame(frame.length);
        }
        var whole = ByteBuffer.allocate(Integer.BYTES + frame.length)
                .putInt(frame.length)
                .put(frame)
                .flip();
        while (whole.hasRemaining()) {
            channel.write(whole);
        }
    }

    byte[] receive() throws IOException {
        int length = read(Integer.BYTES).getInt();
        if (length <= 0 || length > MAX_FRAME) {
            throw badFrame(length);
        }
        return read(length).array();
    }

    /**
     * Ends the own side and waits, within the deadline, for the other to end its side: to close with bytes unread would take
     * the answer back.
     */
    void finish() throws IOException {
        channel.shutdownOutput();
        var discarded = ByteBuffer.allocate(8 << 10);
        for (int total = 0; total <= MAX_FRAME; total += discarded.position()) {
            discarded.clear();
            if (channel.read(discarded) < 0) {
                return;
            }
        }
    }

    private ByteBuffer read(int count) throws IOException {
        var buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("the other side closed the connection");
            }
        }
        return buffer.flip();
    }

    private static AditException badFrame(int length) {
        return new AditException(
                SignerErrorCode.SIGNER_BAD_REQUEST,
                "a frame of the signer's socket: %s bytes, 1 to %d are allowed"
                        .formatted(Integer.toUnsignedString(length), MAX_FRAME));
    }

    @Override
    public void close() throws IOException {
        // Completing the future runs the close, and takes the timer off.
        deadline.complete(null);
        closed.join();
    }
}
