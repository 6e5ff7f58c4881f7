package io.adit.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Messages on a stream, each with its length in front as a varint. */
public final class Delimited {
    private static final int LONGEST_PREFIX = 5;

    private Delimited() {}

    /** A message with its length. */
    public static byte[] of(byte[] body) {
        var out = new ByteArrayOutputStream(body.length + LONGEST_PREFIX);
        Varint.write(out, body.length);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /**
     * The next message; empty if the stream has ended before it.
     *
     * @throws EOFException if the stream ends within it
     * @throws MalformedWireException if it is longer than {@code most} bytes, or its length is none
     */
    public static Optional<byte[]> readOrEnd(InputStream in, int most) throws IOException {
        return readOrEnd(in, most, () -> {});
    }

    /**
     * The next message; empty if the stream has ended before it.
     *
     * @param begun called when its first byte has come
     * @throws EOFException if the stream ends within it
     * @throws MalformedWireException if it is longer than {@code most} bytes, or its length is none
     */
    public static Optional<byte[]> readOrEnd(InputStream in, int most, Runnable begun) throws IOException {
        var first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        begun.run();
        return Optional.of(body(in, Varint.read(first, in), most));
    }

    /**
     * The next message.
     *
     * @throws EOFException if the stream ends before it is whole
     * @throws MalformedWireException if it is longer than {@code most} bytes, or its length is none
     */
    public static byte[] read(InputStream in, int most) throws IOException {
        return body(in, Varint.read(in), most);
    }

    private static byte[] body(InputStream in, long length, int most) throws IOException {
        if (length > most) {
            throw new MalformedWireException(length + " bytes; the limit is " + most);
        }
        var bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("stream ended within a message");
        }
        return bytes;
    }
}
