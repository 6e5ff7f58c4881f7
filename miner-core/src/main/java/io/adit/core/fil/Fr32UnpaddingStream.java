package io.adit.core.fil;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads Fr32-padded bytes, such as an unsealed sector file's, as the payload. Memory is fixed. */
public final class Fr32UnpaddingStream extends InputStream {
    private static final int QUADS = 64;

    private final InputStream source;
    private final byte[] padded = new byte[QUADS * Fr32.PADDED_QUAD];
    private final byte[] raw = new byte[QUADS * Fr32.RAW_QUAD];
    private int at;
    private int available;

    /** The source must begin and end at a multiple of 128 bytes of the piece. */
    public Fr32UnpaddingStream(InputStream source) {
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        return fill() ? raw[at++] & 0xff : -1;
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
        System.arraycopy(raw, at, out, offset, n);
        at += n;
        return n;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private boolean fill() throws IOException {
        if (at < available) {
            return true;
        }
        int n = source.readNBytes(padded, 0, padded.length);
        if (n % Fr32.PADDED_QUAD != 0) {
            throw new EOFException("a padded piece ended inside a group of 128 bytes");
        }
        Fr32.unpad(padded, 0, raw, 0, n / Fr32.PADDED_QUAD);
        at = 0;
        available = n / Fr32.PADDED_QUAD * Fr32.RAW_QUAD;
        return available > 0;
    }
}
