package io.adit.chain.actor;

import java.math.BigInteger;

/**
 * A smoothed quantity and how fast it changes, both in fixed point with 128 binary places (builtin-actors
 * {@code FilterEstimate}): reward per epoch, network power.
 */
public record FilterEstimate(BigInteger position, BigInteger velocity) {
    static final int PRECISION = 128;

    /** A quantity that does not change. */
    public static FilterEstimate constant(BigInteger value) {
        return new FilterEstimate(value.shiftLeft(PRECISION), BigInteger.ZERO);
    }

    /** The quantity, rounded down. */
    public BigInteger estimate() {
        return position.shiftRight(PRECISION);
    }

    /** The quantity extrapolated {@code epochs} ahead, with 128 binary places. */
    public BigInteger extrapolate(long epochs) {
        return velocity.multiply(BigInteger.valueOf(epochs)).add(position);
    }
}
