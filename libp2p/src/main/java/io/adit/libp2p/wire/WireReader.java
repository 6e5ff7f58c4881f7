package io.adit.libp2p.wire;

import java.util.Arrays;

/** Reads varints and byte strings from an array and never beyond its end. */
public final class WireReader {
    private final byte[] bytes;
    private int position;

    public WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean hasRemaining() {
        return position < bytes.length;
    }

    public int remaining() {
        return bytes.length - position;
    }

    /** Next varint, below 2^63 and in its shortest form. */
    public long varint() {
        var value = 0L;
        for (var index = 0; ; index++) {
            if (position == bytes.length) {
                throw new MalformedWireException("input ended within a varint");
            }
            var next = bytes[position++] & 0xff;
            value = Varint.append(value, index, next);
            if (Varint.isLast(next)) {
                return value;
            }
        }
    }

    /** The next {@code length} bytes. */
    public byte[] bytes(long length) {
        if (length < 0 || length > remaining()) {
            throw new MalformedWireException(
                    "a field of " + length + " bytes was announced, " + remaining() + " bytes are left");
        }
        var from = position;
        position += (int) length;
        return Arrays.copyOfRange(bytes, from, position);
    }
}
