package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/** A piece size in bytes after Fr32 padding: a power of two, at least 128 (Filecoin spec, "Piece"). */
public record PaddedSize(long bytes) implements Comparable<PaddedSize> {
    /** The largest payload that fits any padded size of 63 bits. */
    private static final long MAX_RAW = (1L << 62) / 128 * 127;

    public PaddedSize {
        if (bytes < 128 || Long.bitCount(bytes) != 1) {
            throw new InvalidValueException("padded piece size", bytes, "a power of two, at least 128");
        }
    }

    /** The smallest padded size that holds {@code rawBytes} of payload. */
    public static PaddedSize fitting(long rawBytes) {
        if (rawBytes < 1 || rawBytes > MAX_RAW) {
            throw new InvalidValueException("payload size", rawBytes, "between 1 and " + MAX_RAW + " bytes");
        }
        long quads = (rawBytes + 126) / 127;
        long rounded = quads == 1 ? 1 : Long.highestOneBit(quads - 1) << 1;
        return new PaddedSize(rounded * 128);
    }

    /** The same piece before padding. */
    public UnpaddedSize unpadded() {
        return new UnpaddedSize(bytes - bytes / 128);
    }

    @Override
    public int compareTo(PaddedSize other) {
        return Long.compare(bytes, other.bytes);
    }
}
