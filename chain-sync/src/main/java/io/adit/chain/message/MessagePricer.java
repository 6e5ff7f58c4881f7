package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Finds a message's gas fields within its fee limit and its sender's funds, in two steps: {@link #estimate} runs the message and
 * may take minutes, {@link #admit} looks at what may have changed since.
 */
final class MessagePricer {
    /** Others may be asked for while this one is signed. */
    private static final long LEAST_PROOFS = 2;

    private final FullNode node;

    MessagePricer(FullNode node) {
        this.node = node;
    }

    /**
     * The message with gas limit, fee cap and premium.
     *
     * @param free the sender's balance, less what its other messages that are not executed yet may cost
     * @throws InsufficientFundsException when not even the value is there
     * @throws AditException {@link MessageErrorCode#MESSAGE_WOULD_FAIL}, or the node's own
     */
    Message estimate(String what, Message message, TokenAmount maxFee, TokenAmount free) {
        if (free.compareTo(message.value()) < 0) {
            throw new InsufficientFundsException(what, message.from(), message.value(), free);
        }
        return withinLimit(run(what, message, maxFee), maxFee);
    }

    /**
     * The estimated message as it may be signed now; for window proofs with a fee cap as high as limit, day and funds allow.
     *
     * @param proofsDue window proofs that this sender has still to sign, this one among them
     * @param leftToday what a higher fee cap may use of the lane's day; empty when the lane has no cap
     * @throws InsufficientFundsException when value and gas are more than what is free
     * @throws AditException {@link MessageErrorCode#MESSAGE_FEE_LIMIT}, or the node's own
     */
    Message admit(
            String what,
            Message estimated,
            TokenAmount maxFee,
            MessagePriority priority,
            TokenAmount free,
            long proofsDue,
            Optional<TokenAmount> leftToday,
            TokenAmount baseFee) {
        var most = leftToday.map(maxFee::min).orElse(maxFee);
        var priced = priority == MessagePriority.WINDOW_POST ? raised(estimated, most, free, proofsDue) : estimated;
        if (priced.gasFeeCap().compareTo(baseFee) < 0) {
            throw new AditException(
                    MessageErrorCode.MESSAGE_FEE_LIMIT,
                    "Sending %s: the fee limit of %s buys %s attoFIL per gas unit for %d units, but the base fee is %s"
                            .formatted(
                                    what,
                                    maxFee,
                                    priced.gasFeeCap().attoText(),
                                    priced.gasLimit(),
                                    baseFee.attoText()));
        }
        if (free.compareTo(priced.requiredFunds()) < 0) {
            throw new InsufficientFundsException(what, priced.from(), priced.requiredFunds(), free);
        }
        return priced;
    }

    private Message run(String what, Message message, TokenAmount maxFee) {
        try {
            return node.gasEstimateMessageGas(message, MessageSendSpec.maxFee(maxFee));
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.EXECUTION_REVERTED || e.code() == RpcErrorCode.CALL_FAILED) {
                throw new AditException(
                        MessageErrorCode.MESSAGE_WOULD_FAIL,
                        "Sending %s: method %d of %s fails on the present state: %s"
                                .formatted(what, message.method(), message.to(), e.nodeMessage()),
                        e);
            }
            throw e;
        }
    }

    private static Message withinLimit(Message message, TokenAmount maxFee) {
        if (maxFee.isZero() || message.maxFee().compareTo(maxFee) <= 0) {
            return message;
        }
        var cap = maxFee.dividedBy(message.gasLimit());
        return message.withGas(message.gasLimit(), cap, message.gasPremium().min(cap));
    }

    /**
     * A base fee that doubles while a window is open must not keep the proof out of the chain; nor may the first proof of a sender
     * with little money pledge so much that the next one cannot be sent.
     */
    private static Message raised(Message message, TokenAmount maxFee, TokenAmount available, long proofsDue) {
        var share = available.minus(message.value()).dividedBy(Math.max(LEAST_PROOFS, proofsDue));
        var budget = maxFee.min(share);
        if (message.gasLimit() == 0 || budget.compareTo(message.maxFee()) <= 0) {
            return message;
        }
        var cap = new TokenAmount(budget.atto().divide(BigInteger.valueOf(message.gasLimit())));
        return message.withGas(message.gasLimit(), cap, message.gasPremium());
    }
}
