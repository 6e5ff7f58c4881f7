package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import java.util.Arrays;
import java.util.HexFormat;

/** Thirty-two bytes drawn from the chain or the beacon: seal tickets, interactive seeds, PoSt challenges. */
public final class Randomness {
    public static final int LENGTH = 32;

    private final byte[] bytes;

    private Randomness(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new InvalidValueException("randomness length", bytes.length, "32 bytes");
        }
        this.bytes = bytes;
    }

    public static Randomness of(byte[] bytes) {
        return new Randomness(bytes.clone());
    }

    public static Randomness fromHex(String hex) {
        try {
            return new Randomness(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException("randomness", hex, "64 hexadecimal digits");
        }
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Randomness that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return toHex();
    }
}
