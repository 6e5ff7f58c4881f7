package io.adit.core.ipld;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Finds where one CBOR item ends in a stream, by its heads alone, taking no byte beyond it. */
final class CborItemStream {
    private static final int CHUNK = 8192;

    private final InputStream in;
    private final int maxBytes;
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream(256);

    CborItemStream(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    byte[] next() throws IOException {
        long pending = 1;
        while (pending > 0) {
            pending += takeItem() - 1;
            if (pending > maxBytes - taken.size()) {
                throw new CborException(taken.size(), "an item of more than the " + maxBytes + " bytes allowed");
            }
        }
        return taken.toByteArray();
    }

    /** Takes one head and its string, if any, and returns how many items it contains. */
    private long takeItem() throws IOException {
        int initial = takeByte();
        long argument = argument(initial & 0x1f);
        return switch (CborReader.majorOf((byte) initial)) {
            case UINT, NEGATIVE, SIMPLE -> 0;
            case BYTES, TEXT -> {
                takeString(argument);
                yield 0;
            }
            case ARRAY -> bounded(argument);
            case MAP -> 2 * bounded(argument);
            case TAG -> 1;
        };
    }

    private long argument(int additional) throws IOException {
        if (additional < 24) {
            return additional;
        }
        if (additional > 27) {
            throw new CborException(taken.size(), "an indefinite length or a reserved length code");
        }
        long value = 0;
        for (int i = 0; i < 1 << (additional - 24); i++) {
            value = (value << 8) | takeByte();
        }
        return value;
    }

    private long bounded(long length) {
        if (length < 0 || length > maxBytes - taken.size()) {
            throw new CborException(taken.size(), "an item of more than the " + maxBytes + " bytes allowed");
        }
        return length;
    }

    private void takeString(long argument) throws IOException {
        long left = bounded(argument);
        var chunk = new byte[(int) Math.min(CHUNK, left)];
        while (left > 0) {
            int n = in.read(chunk, 0, (int) Math.min(chunk.length, left));
            if (n < 0) {
                throw new EOFException("the stream ended inside a CBOR item");
            }
            taken.write(chunk, 0, n);
            left -= n;
        }
    }

    private int takeByte() throws IOException {
        if (taken.size() >= maxBytes) {
            throw new CborException(taken.size(), "an item of more than the " + maxBytes + " bytes allowed");
        }
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the stream ended " + (taken.size() == 0 ? "before" : "inside") + " a CBOR item");
        }
        taken.write(b);
        return b;
    }
}
