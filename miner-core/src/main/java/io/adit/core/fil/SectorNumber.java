package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/** A sector's number within its miner: 0 to 2^63 - 1, never used twice. */
public record SectorNumber(long value) implements Comparable<SectorNumber> {
    public SectorNumber {
        if (value < 0) {
            throw new InvalidValueException("sector number", value, "between 0 and 2^63 - 1");
        }
    }

    @Override
    public int compareTo(SectorNumber other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
