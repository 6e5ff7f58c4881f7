package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/**
 * Decodes RLE+: two version bits 00, the first run's value, then runs of alternating value, least significant bit first.
 * A run is {@code 1} for length 1, {@code 01} and four bits for 2 to 15, {@code 00} and a LEB128 from 16 on. Zero bits
 * follow the last byte without end, so the last byte itself is never zero.
 */
final class RlePlusReader {
    private static final int MAX_VARINT = 9;

    private final byte[] rle;
    private int bit;

    RlePlusReader(byte[] rle) {
        this.rle = rle;
    }

    BitField read() {
        if (rle.length == 0) {
            return BitField.EMPTY;
        }
        if (rle[rle.length - 1] == 0) {
            throw refused("a last byte of zero");
        }
        if (take(2) != 0) {
            throw refused("a version that is not 0");
        }
        boolean present = take(1) == 1;
        var bounds = new BitField.Bounds(16);
        long at = 0;
        while (hasMore()) {
            long length = runLength();
            if (length > Long.MAX_VALUE - at) {
                throw refused("a member above 2^63 - 2");
            }
            if (present) {
                bounds.addRange(at, at + length);
            }
            at += length;
            present = !present;
        }
        if (present) {
            throw refused("a run of absent numbers at the end");
        }
        return bounds.toBitField();
    }

    private long runLength() {
        if (take(1) == 1) {
            return 1;
        }
        boolean isShort = take(1) == 1;
        long length = isShort ? take(4) : varint();
        if (length < (isShort ? 2 : 16)) {
            throw refused("a run that is not in its shortest form");
        }
        return length;
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < MAX_VARINT; i++) {
            int group = take(8);
            value |= (long) (group & 0x7f) << (7 * i);
            if (group < 0x80) {
                if (group == 0 && i > 0) {
                    throw refused("a padded run length");
                }
                return value;
            }
        }
        throw refused("a run longer than 2^63 - 1");
    }

    private boolean hasMore() {
        int index = bit >>> 3;
        return index < rle.length - 1 || (index == rle.length - 1 && (rle[index] & 0xff) >>> (bit & 7) != 0);
    }

    private int take(int count) {
        int value = 0;
        for (int i = 0; i < count; i++, bit++) {
            int index = bit >>> 3;
            if (index < rle.length) {
                value |= (rle[index] >>> (bit & 7) & 1) << i;
            }
        }
        return value;
    }

    private InvalidValueException refused(String why) {
        return new InvalidValueException("bitfield", why + " near bit " + bit, "shortest-form RLE+");
    }
}
