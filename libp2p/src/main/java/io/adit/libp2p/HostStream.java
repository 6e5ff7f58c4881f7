package io.adit.libp2p;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.mux.MuxedStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;

/** A stream on which a protocol was agreed. */
final class HostStream implements Stream {
    private final HostConnection connection;
    private final MuxedStream stream;
    private final String protocol;

    HostStream(HostConnection connection, MuxedStream stream, String protocol) {
        this.connection = connection;
        this.stream = stream;
        this.protocol = protocol;
    }

    @Override
    public PeerId remotePeer() {
        return connection.remotePeer();
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws Libp2pException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        var count = stream.read(buffer, offset, length);
        connection.carried(Math.max(0, count));
        return count;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws Libp2pException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        stream.write(buffer, offset, length);
        connection.carried(length);
    }

    @Override
    public void closeWrite() {
        stream.closeWrite();
    }

    @Override
    public void reset() {
        stream.reset();
    }

    @Override
    public void setReadDeadline(Duration timeout) {
        stream.setReadDeadline(Deadline.after(timeout));
    }

    @Override
    public void setWriteDeadline(Duration timeout) {
        stream.setWriteDeadline(Deadline.after(timeout));
    }

    @Override
    public void close() {
        stream.close();
    }

    @Override
    public InputStream input() {
        return input(this::read);
    }

    @Override
    public OutputStream output() {
        return output(this::write, this::closeWrite);
    }

    @Override
    public String toString() {
        return protocol + " with " + remotePeer();
    }

    static InputStream input(MuxedStream stream) {
        return input(stream::read);
    }

    static OutputStream output(MuxedStream stream) {
        return output(stream::write, stream::closeWrite);
    }

    @FunctionalInterface
    private interface Reading {
        int read(byte[] buffer, int offset, int length) throws Libp2pException;
    }

    @FunctionalInterface
    private interface Writing {
        void write(byte[] buffer, int offset, int length) throws Libp2pException;
    }

    private static InputStream input(Reading source) {
        return new InputStream() {
            @Override
            public int read() throws Libp2pException {
                var one = new byte[1];
                return source.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws Libp2pException {
                Objects.checkFromIndexSize(offset, length, buffer.length);
                return source.read(buffer, offset, length);
            }
        };
    }

    private static OutputStream output(Writing sink, Runnable onClose) {
        return new OutputStream() {
            @Override
            public void write(int value) throws Libp2pException {
                sink.write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws Libp2pException {
                Objects.checkFromIndexSize(offset, length, buffer.length);
                sink.write(buffer, offset, length);
            }

            @Override
            public void close() {
                onClose.run();
            }
        };
    }
}
