package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Unsigned LEB128 integers as multiformats define them: at most nine bytes (63 bits), always in the shortest form
 * (<a href="https://github.com/multiformats/unsigned-varint">unsigned-varint</a>).
 */
public final class Varint {
    /** The longest encoding, in bytes. */
    public static final int MAX_LENGTH = 9;

    private static final String LIMIT = "a shortest-form unsigned LEB128 of at most nine bytes";

    private Varint() {}

    /** A decoded value and the bytes it took. */
    public record Decoded(long value, int length) {}

    /** Bytes that {@code value} takes, 1 to 9. */
    public static int length(long value) {
        if (value < 0) {
            throw new InvalidValueException("varint", value, "between 0 and 2^63 - 1");
        }
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    public static byte[] encode(long value) {
        var out = new byte[length(value)];
        put(value, out, 0);
        return out;
    }

    public static void write(long value, OutputStream out) throws IOException {
        out.write(encode(value));
    }

    /** Appends to a buffer in memory. */
    public static void write(long value, ByteArrayOutputStream out) {
        out.writeBytes(encode(value));
    }

    /** Writes into {@code out} and returns the offset after it. */
    public static int put(long value, byte[] out, int offset) {
        int at = offset;
        long rest = value;
        while (rest >>> 7 != 0) {
            out[at++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }

    /** Reads the varint at {@code offset}, not going beyond {@code limit}. */
    public static Decoded decode(byte[] data, int offset, int limit) {
        long value = 0;
        for (int i = 0; i < MAX_LENGTH; i++) {
            if (offset + i >= limit) {
                throw new InvalidValueException("varint", "the end of the bytes", LIMIT);
            }
            int b = data[offset + i];
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                if (b == 0 && i > 0) {
                    throw new InvalidValueException("varint", "a padded encoding of " + value, LIMIT);
                }
                return new Decoded(value, i + 1);
            }
        }
        throw new InvalidValueException("varint", "more than nine bytes", LIMIT);
    }

    public static Decoded decode(byte[] data, int offset) {
        return decode(data, offset, data.length);
    }

    /**
     * Reads one varint from a stream, byte by byte.
     *
     * @return the value, or -1 when the stream ended before the first byte
     * @throws EOFException when the stream ends inside the varint
     */
    public static long read(InputStream in) throws IOException {
        long value = 0;
        for (int i = 0; i < MAX_LENGTH; i++) {
            int b = in.read();
            if (b < 0) {
                if (i == 0) {
                    return -1;
                }
                throw new EOFException("the stream ended inside a varint");
            }
            value |= (long) (b & 0x7f) << (7 * i);
            if (b < 0x80) {
                if (b == 0 && i > 0) {
                    throw new InvalidValueException("varint", "a padded encoding of " + value, LIMIT);
                }
                return value;
            }
        }
        throw new InvalidValueException("varint", "more than nine bytes", LIMIT);
    }
}
