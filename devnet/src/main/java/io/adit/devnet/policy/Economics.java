package io.adit.devnet.policy;

import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;

/** Money formulas that only the chain itself needs; those a provider needs too are in {@link io.adit.chain.actor.Pledge}. */
public final class Economics {
    public static final BigInteger ATTO = BigInteger.TEN.pow(18);
    public static final BigInteger TOTAL_FILECOIN =
            BigInteger.valueOf(2_000_000_000L).multiply(ATTO);
    private static final long TERMINATION_CAP = 140 * ProtocolLimits.EPOCHS_IN_DAY;

    private Economics() {}

    /**
     * FIP-0098 as builtin-actors has it: 8.5 % of the pledge, growing for 140 days, at least 2 % of it or 105 % of a fault
     * fee.
     */
    public static BigInteger termination(BigInteger initialPledge, long age, BigInteger faultFee) {
        var full = initialPledge.multiply(BigInteger.valueOf(85)).divide(BigInteger.valueOf(1000));
        var base = age >= TERMINATION_CAP
                ? full
                : full.multiply(BigInteger.valueOf(Math.max(age, 0))).divide(BigInteger.valueOf(TERMINATION_CAP));
        var minimum = initialPledge.multiply(BigInteger.TWO).divide(BigInteger.valueOf(100));
        var byFault = faultFee.multiply(BigInteger.valueOf(105)).divide(BigInteger.valueOf(100));
        return base.max(minimum.max(byFault));
    }

    /** Least provider collateral of a deal: its share of 1 % of the supply. */
    public static BigInteger minimumProviderCollateral(
            long pieceSize, BigInteger networkRawPower, BigInteger baseline, TokenAmount circulatingSupply) {
        var size = BigInteger.valueOf(pieceSize);
        var denominator = networkRawPower.max(baseline).max(size).multiply(BigInteger.valueOf(100));
        return circulatingSupply.atto().multiply(size).divide(denominator);
    }

    /** The base fee of the next tipset (EIP-1559 with Filecoin's packing efficiency of 4/5). */
    public static BigInteger nextBaseFee(BigInteger baseFee, long gasLimitUsed) {
        long target = ProtocolLimits.BLOCK_GAS_TARGET;
        long delta = gasLimitUsed * 5 / 4 - target;
        delta = Math.max(-target, Math.min(target, delta));
        var change = baseFee.multiply(BigInteger.valueOf(delta))
                .divide(BigInteger.valueOf(target))
                .divide(BigInteger.valueOf(8));
        return baseFee.add(change).max(BigInteger.valueOf(ProtocolLimits.MINIMUM_BASE_FEE));
    }
}
