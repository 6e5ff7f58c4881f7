package io.adit.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Unsigned LEB128 varints (multiformats/unsigned-varint): at most nine bytes, 63 bits, in the shortest form. */
public final class Varint {
    private static final int MAX_BYTES = 9;

    private Varint() {}

    /** Appends {@code value}, which is taken as unsigned and must be below 2^63. */
    public static void write(ByteArrayOutputStream out, long value) {
        if (value < 0) {
            throw new MalformedWireException("varint " + value + " is negative");
        }
        var rest = value;
        while (rest >= 0x80) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /**
     * Reads one varint.
     *
     * @throws EOFException if the stream ends within it
     * @throws MalformedWireException if it is longer than nine bytes or not in the shortest form
     */
    public static long read(InputStream in) throws IOException {
        return read(in.read(), in);
    }

    /** The one that begins with a byte that was read before. */
    static long read(int first, InputStream in) throws IOException {
        var value = 0L;
        var next = first;
        for (var index = 0; ; index++) {
            if (next < 0) {
                throw new EOFException("stream ended within a varint");
            }
            value = append(value, index, next);
            if (isLast(next)) {
                return value;
            }
            next = in.read();
        }
    }

    /** The value with byte number {@code index} added. */
    static long append(long value, int index, int next) {
        if (index == MAX_BYTES - 1 && !isLast(next)) {
            throw new MalformedWireException("varint is longer than " + MAX_BYTES + " bytes");
        }
        if (next == 0 && index > 0) {
            throw new MalformedWireException("varint is not in its shortest form");
        }
        return value | (long) (next & 0x7f) << (7 * index);
    }

    static boolean isLast(int next) {
        return next < 0x80;
    }
}
