package io.adit.core.fil;

import java.util.Arrays;

/** Encodes RLE+, in the one shortest form; {@link RlePlusReader} describes it. */
final class RlePlusWriter {
    private byte[] out = new byte[32];
    private int bit;

    private RlePlusWriter() {}

    /** Encodes a set given by where membership changes, as {@link BitField} keeps it. */
    static byte[] encode(long[] bounds) {
        if (bounds.length == 0) {
            return new byte[0];
        }
        var writer = new RlePlusWriter();
        writer.put(0, 2);
        writer.put(bounds[0] == 0 ? 1 : 0, 1);
        long previous = 0;
        for (long bound : bounds) {
            if (bound > 0) {
                writer.run(bound - previous);
            }
            previous = bound;
        }
        return writer.finish();
    }

    private void run(long length) {
        if (length == 1) {
            put(1, 1);
        } else if (length < 16) {
            put(2, 2);
            put((int) length, 4);
        } else {
            put(0, 2);
            long rest = length;
            while (rest >= 0x80) {
                put((int) (rest & 0x7f) | 0x80, 8);
                rest >>>= 7;
            }
            put((int) rest, 8);
        }
    }

    private void put(int value, int count) {
        if ((bit + count + 7) >>> 3 > out.length) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        for (int i = 0; i < count; i++, bit++) {
            out[bit >>> 3] |= (byte) ((value >>> i & 1) << (bit & 7));
        }
    }

    private byte[] finish() {
        int length = (bit + 7) >>> 3;
        while (length > 0 && out[length - 1] == 0) {
            length--;
        }
        return Arrays.copyOf(out, length);
    }
}
