package io.adit.core.fil;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads a payload as Fr32-padded bytes: the form in which pieces lie in unsealed sector files.
 *
 * <p>The last 127 bytes are filled up with zeros, so the length is a multiple of 128; filling up to the piece's size is
 * left to the caller. Memory is fixed.
 */
public final class Fr32PaddingStream extends InputStream {
    private static final int QUADS = 64;

    private final InputStream payload;
    private final byte[] raw = new byte[QUADS * Fr32.RAW_QUAD];
    private final byte[] padded = new byte[QUADS * Fr32.PADDED_QUAD];
    private int at;
    private int available;

    public Fr32PaddingStream(InputStream payload) {
        this.payload = payload;
    }

    @Override
    public int read() throws IOException {
        return fill() ? padded[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] out, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, available - at);
        System.arraycopy(padded, at, out, offset, n);
        at += n;
        return n;
    }

    @Override
    public void close() throws IOException {
        payload.close();
    }

    private boolean fill() throws IOException {
        if (at < available) {
            return true;
        }
        int n = payload.readNBytes(raw, 0, raw.length);
        int quads = (n + Fr32.RAW_QUAD - 1) / Fr32.RAW_QUAD;
        Arrays.fill(raw, n, quads * Fr32.RAW_QUAD, (byte) 0);
        Fr32.pad(raw, 0, padded, 0, quads);
        at = 0;
        available = quads * Fr32.PADDED_QUAD;
        return available > 0;
    }
}
