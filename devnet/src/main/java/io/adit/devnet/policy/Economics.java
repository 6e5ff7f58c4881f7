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
}
