package io.adit.chain.message;

import io.adit.chain.type.Message;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;

/** What the gas of an executed message cost its sender (FVM gas outputs, Lotus {@code ComputeGasOutputs}). */
final class GasCost {
    private static final BigInteger OVERUSE_NUMERATOR = BigInteger.valueOf(11);
    private static final BigInteger OVERUSE_DENOMINATOR = BigInteger.TEN;

    private GasCost() {}

    /** Burnt base fee, burnt for a limit set too high, and the producer's tip. */
    static TokenAmount of(Message message, long gasUsed, TokenAmount baseFee) {
        var fee = baseFee.min(message.gasFeeCap());
        var tip = BaseFees.effectivePremium(message.gasFeeCap(), message.gasPremium(), fee);
        var used = BigInteger.valueOf(gasUsed);
        var limit = BigInteger.valueOf(message.gasLimit());
        var burnt = used.add(overestimated(used, limit));
        return new TokenAmount(fee.atto().multiply(burnt))
                .plus(new TokenAmount(tip.atto().multiply(limit)));
    }

    /** Lotus {@code ComputeGasOverestimationBurn}. */
    private static BigInteger overestimated(BigInteger used, BigInteger limit) {
        if (used.signum() == 0) {
            return limit;
        }
        var over = limit.subtract(OVERUSE_NUMERATOR.multiply(used).divide(OVERUSE_DENOMINATOR));
        if (over.signum() < 0) {
            return BigInteger.ZERO;
        }
        return limit.subtract(used).multiply(over.min(used)).divide(used);
    }
}
