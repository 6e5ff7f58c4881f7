package io.adit.chain.node;

import java.math.BigInteger;

/**
 * Power of a miner and of the network (Lotus {@code api.MinerPower}).
 *
 * @param hasMinPower whether the miner may win blocks
 */
public record MinerPower(Claim minerPower, Claim totalPower, boolean hasMinPower) {

    /** Bytes of storage, raw and weighted by quality. */
    public record Claim(BigInteger rawBytePower, BigInteger qualityAdjustedPower) {}
}
