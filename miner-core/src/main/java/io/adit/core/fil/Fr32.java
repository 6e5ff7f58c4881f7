package io.adit.core.fil;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Fr32 padding: after every 254 bits two zero bits are put in, so that each 32 bytes are an element of the BLS12-381
 * scalar field. 127 bytes become 128 (Filecoin spec, "Piece").
 */
public final class Fr32 {
    /** Bytes before padding that are padded together. */
    public static final int RAW_QUAD = 127;

    /** Bytes after padding. */
    public static final int PADDED_QUAD = 128;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_62 = -1L >>> 2;

    private Fr32() {}

    /**
     * Pads {@code quads} times 127 bytes into as many times 128.
     *
     * <p>Hot path: whole longs, no allocation. Part of the figure given at {@link CommP}.
     */
    public static void pad(byte[] raw, int rawOffset, byte[] padded, int paddedOffset, int quads) {
        for (int q = 0; q < quads; q++) {
            padQuad(raw, rawOffset + q * RAW_QUAD, padded, paddedOffset + q * PADDED_QUAD);
        }
    }

    /** Takes the padding out again; the two high bits of each 32 bytes are dropped whatever they are. */
    public static void unpad(byte[] padded, int paddedOffset, byte[] raw, int rawOffset, int quads) {
        for (int q = 0; q < quads; q++) {
            unpadQuad(padded, paddedOffset + q * PADDED_QUAD, raw, rawOffset + q * RAW_QUAD);
        }
    }

    /** Element k holds the 254 bits from bit 254k on, which is byte 32k - 1 (k > 0), bit 8 - 2k. */
    private static void padQuad(byte[] raw, int from, byte[] padded, int to) {
        for (int i = 0; i < 24; i += 8) {
            LONG.set(padded, to + i, (long) LONG.get(raw, from + i));
        }
        LONG.set(padded, to + 24, (long) LONG.get(raw, from + 24) & LOW_62);
        for (int k = 1; k < 4; k++) {
            int shift = 8 - 2 * k;
            int source = from + 32 * k - 1;
            int target = to + 32 * k;
            for (int i = 0; i < 24; i += 8) {
                LONG.set(padded, target + i, shifted(raw, source + i, shift));
            }
            long last = k < 3 ? shifted(raw, source + 24, shift) : (long) LONG.get(raw, source + 24) >>> shift;
            LONG.set(padded, target + 24, last & LOW_62);
        }
    }

    private static long shifted(byte[] raw, int at, int shift) {
        return (long) LONG.get(raw, at) >>> shift | (long) raw[at + 8] << (64 - shift);
    }

    /** Bit 256k of the raw form is bit 2k of element k; an element's last long has 62 bits. */
    private static void unpadQuad(byte[] padded, int from, byte[] raw, int to) {
        for (int k = 0; k < 4; k++) {
            int source = from + 32 * k;
            int target = to + 32 * k;
            int shift = 2 * k;
            for (int i = 0; i < 24; i += 8) {
                long low = (long) LONG.get(padded, source + i) >>> shift;
                long high = k == 0 ? 0 : (long) LONG.get(padded, source + i + 8) << (64 - shift);
                LONG.set(raw, target + i, low | high);
            }
            long last = ((long) LONG.get(padded, source + 24) & LOW_62) >>> shift;
            if (k < 3) {
                LONG.set(raw, target + 24, last | (long) LONG.get(padded, source + 32) << (62 - shift));
            } else {
                for (int i = 0; i < 7; i++) {
                    raw[target + 24 + i] = (byte) (last >>> (8 * i));
                }
            }
        }
    }
}
