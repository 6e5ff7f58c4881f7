package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/** A piece size in bytes before Fr32 padding: 127 times a power of two (Filecoin spec, "Piece"). */
public record UnpaddedSize(long bytes) implements Comparable<UnpaddedSize> {
    public UnpaddedSize {
        if (bytes < 127 || bytes % 127 != 0 || Long.bitCount(bytes / 127) != 1) {
            throw new InvalidValueException("unpadded piece size", bytes, "127 times a power of two");
        }
    }

    /** The same piece after padding. */
    public PaddedSize padded() {
        return new PaddedSize(bytes + bytes / 127);
    }

    @Override
    public int compareTo(UnpaddedSize other) {
        return Long.compare(bytes, other.bytes);
    }
}
