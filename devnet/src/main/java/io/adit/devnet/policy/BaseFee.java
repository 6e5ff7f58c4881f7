package io.adit.devnet.policy;

import io.adit.chain.type.Message;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;

/**
 * How the base fee moves, attoFIL for a unit of gas: by what senders bid beside it (FIP-0115, from network version 28 on), no
 * longer by how full the blocks are. It rises only where blocks are full of messages that bid more than an eighth of it.
 */
public final class BaseFee {
    /** It moves by at most that share in an epoch. */
    private static final BigInteger SHARE = BigInteger.valueOf(8);

    /** The dearest 80 % of a block's gas; what the last unit of them bids is the premium at percentile 20. */
    private static final long DEAREST = ProtocolLimits.BLOCK_GAS_LIMIT / 5 * 4;

    private static final BigInteger MINIMUM = BigInteger.valueOf(ProtocolLimits.MINIMUM_BASE_FEE);

    private BaseFee() {}

    /**
     * What a message bids.
     *
     * @param premium that its block's producer would get for a unit of gas, zero or more
     * @param gasLimit of the message
     */
    public record Bid(BigInteger premium, long gasLimit) {
        /** A message's bid beside a base fee. */
        public static Bid of(Message message, BigInteger baseFee) {
            var left = message.gasFeeCap().atto().subtract(baseFee);
            return new Bid(message.gasPremium().atto().min(left).max(BigInteger.ZERO), message.gasLimit());
        }
    }

    /**
     * The base fee of the next tipset.
     *
     * @param bids of the messages of all the tipset's blocks, one for each sender and nonce
     */
    public static BigInteger next(BigInteger baseFee, Collection<Bid> bids) {
        var most = baseFee.add(SHARE).subtract(BigInteger.ONE).divide(SHARE);
        var change = most.min(percentile(bids).subtract(most));
        return MINIMUM.max(baseFee.add(change));
    }

    /** The premium at percentile 20 by gas, where a block that is not full is filled with messages that bid nothing. */
    public static BigInteger percentile(Collection<Bid> bids) {
        long gas = 0;
        for (var bid : bids.stream()
                .sorted(Comparator.comparing(Bid::premium).reversed())
                .toList()) {
            gas += bid.gasLimit();
            if (gas >= DEAREST) {
                return bid.premium();
            }
        }
        return BigInteger.ZERO;
    }
}
