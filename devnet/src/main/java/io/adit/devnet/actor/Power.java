package io.adit.devnet.actor;

import java.math.BigInteger;

/**
 * Storage power, or a change of it.
 *
 * @param raw bytes of sectors
 * @param qualityAdjusted bytes times quality
 */
public record Power(BigInteger raw, BigInteger qualityAdjusted) {
    public static final Power ZERO = new Power(BigInteger.ZERO, BigInteger.ZERO);

    public Power plus(Power other) {
        return new Power(raw.add(other.raw), qualityAdjusted.add(other.qualityAdjusted));
    }

    public Power minus(Power other) {
        return plus(other.negate());
    }

    public Power negate() {
        return new Power(raw.negate(), qualityAdjusted.negate());
    }

    public boolean isZero() {
        return raw.signum() == 0 && qualityAdjusted.signum() == 0;
    }
}
