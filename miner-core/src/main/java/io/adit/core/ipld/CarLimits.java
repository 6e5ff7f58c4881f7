package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;

/**
 * What a {@link CarReader} accepts.
 *
 * @param maxHeader longest header, in bytes
 * @param maxBlock longest block, in bytes
 * @param zeroSection what a section of length 0 means
 */
public record CarLimits(int maxHeader, int maxBlock, ZeroSection zeroSection) {
    /** As go-car: sections up to 8 MiB; headers up to 1 MiB. */
    public static final CarLimits STANDARD = new CarLimits(1 << 20, 8 << 20, ZeroSection.REFUSE);

    /** For an archive read out of a piece, where zeros follow it. */
    public static final CarLimits IN_PIECE = new CarLimits(1 << 20, 8 << 20, ZeroSection.IS_END);

    /** What to make of a section of length 0. */
    public enum ZeroSection {
        REFUSE,
        /** The archive ends there; what follows is padding. */
        IS_END
    }

    public CarLimits {
        if (maxHeader < 1 || maxBlock < 1 || maxBlock > 1 << 30) {
            throw new InvalidValueException(
                    "CAR limits", maxHeader + ", " + maxBlock, "positive, blocks of at most 1 GiB");
        }
    }
}
