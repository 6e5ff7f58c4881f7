package io.adit.devnet.policy;

import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;

/** Money formulas that only the chain itself needs; those a provider needs too are in {@link io.adit.chain.actor.Pledge}. */
public final class Economics {
    public static final BigInteger ATTO = BigInteger.TEN.pow(18);
    public static final BigInteger TOTAL_FILECOIN =
            BigInteger.valueOf(2_000_000_000L).multiply(ATTO);

    private Economics() {}

    /** Least provider collateral of a deal: its share of 1 % of the supply. */
    public static BigInteger minimumProviderCollateral(
            long pieceSize, BigInteger networkRawPower, BigInteger baseline, TokenAmount circulatingSupply) {
        var size = BigInteger.valueOf(pieceSize);
        var denominator = networkRawPower.max(baseline).max(size).multiply(BigInteger.valueOf(100));
        return circulatingSupply.atto().multiply(size).divide(denominator);
    }

    /**
     * The base fee of the next tipset (EIP-1559 with Filecoin's packing efficiency of 4/5).
     *
     * @param gasLimitUsed of all messages of the tipset, each counted once
     * @param blocks of the tipset
     */
    public static BigInteger nextBaseFee(BigInteger baseFee, long gasLimitUsed, int blocks) {
        long target = ProtocolLimits.BLOCK_GAS_TARGET;
        long delta = gasLimitUsed * 5 / (4L * blocks) - target;
        delta = Math.max(-target, Math.min(target, delta));
        var change = baseFee.multiply(BigInteger.valueOf(delta))
                .divide(BigInteger.valueOf(target))
                .divide(BigInteger.valueOf(8));
        return baseFee.add(change).max(BigInteger.valueOf(ProtocolLimits.MINIMUM_BASE_FEE));
    }
}
