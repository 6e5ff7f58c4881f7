package io.adit.chain.message;

import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;

/** The arithmetic of fees per gas unit: how the base fee may move, and what a message pool asks of a replacement. */
final class BaseFees {
    /** FIP-0115: the base fee rises by an eighth in an epoch at most, rounded up. */
    private static final BigInteger RISE = BigInteger.valueOf(8);

    /**
     * Lotus {@code ReplaceByFeePercentageDefault}: what {@code lotus mpool replace --auto} raises by. Its pool itself is content
     * with {@code ReplaceByFeePercentageMinimum}, 110.
     */
    private static final BigInteger REPLACE_PERCENT = BigInteger.valueOf(125);

    private static final BigInteger HUNDRED = BigInteger.valueOf(100);

    private BaseFees() {}

    /** The highest that the base fee can be so many epochs later. */
    static TokenAmount after(TokenAmount baseFee, long epochs) {
        var fee = baseFee.atto();
        for (long epoch = 0; epoch < epochs; epoch++) {
            fee = fee.add(fee.add(RISE).subtract(BigInteger.ONE).divide(RISE));
        }
        return new TokenAmount(fee);
    }

    /** The least premium of a message that replaces one with this premium: Lotus {@code ComputeRBF}, rounded as there. */
    static TokenAmount replacing(TokenAmount premium) {
        return new TokenAmount(
                premium.atto().multiply(REPLACE_PERCENT).divide(HUNDRED).add(BigInteger.ONE));
    }

    /** What a block producer gets of a message for each gas unit; below zero where it does not even pay the base fee. */
    static TokenAmount effectivePremium(TokenAmount feeCap, TokenAmount premium, TokenAmount baseFee) {
        return premium.min(feeCap.minus(baseFee));
    }
}
