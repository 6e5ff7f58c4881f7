package io.adit.proofs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Frames over a Unix socket: a big-endian 32-bit length, then that many bytes of CBOR. */
final class FrameChannel implements AutoCloseable {
    /** Above the largest phase output there is (commit phase 1 of a 64 GiB sector). */
    static final int MAX_FRAME = 256 << 20;

    private final SocketChannel channel;

    FrameChannel(SocketChannel channel) {
        this.channel = channel;
    }

    void send(byte[] frame) throws IOException {
        if (frame.length > MAX_FRAME) {
            throw new IOException("a frame of %d bytes is above the limit of %d".formatted(frame.length, MAX_FRAME));
        }
        var header = ByteBuffer.allocate(Integer.BYTES).putInt(frame.length).flip();
        var body = ByteBuffer.wrap(frame);
        while (header.hasRemaining() || body.hasRemaining()) {
            channel.write(new ByteBuffer[] {header, body});
        }
    }

    /** Waits for the next frame; the end of the stream is an {@link EOFException}. */
    byte[] receive() throws IOException {
        var length = read(Integer.BYTES).getInt();
        if (length < 0 || length > MAX_FRAME) {
            throw new IOException("a frame of %d bytes is above the limit of %d".formatted(length, MAX_FRAME));
        }
        return read(length).array();
    }

    private ByteBuffer read(int count) throws IOException {
        var buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side closed the connection");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
