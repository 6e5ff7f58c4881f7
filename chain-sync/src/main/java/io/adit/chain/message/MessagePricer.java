package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;

/** Finds a message's gas fields within its fee limit and its sender's funds. */
final class MessagePricer {
    private final FullNode node;

    MessagePricer(FullNode node) {
        this.node = node;
    }

    /**
     * The message with gas limit, fee cap and premium.
     *
     * @param reserved what other messages of the sender that are not executed yet may cost
     * @throws InsufficientFundsException when value and gas are more than the free balance
     * @throws AditException {@link MessageErrorCode#MESSAGE_WOULD_FAIL}, {@link MessageErrorCode#MESSAGE_FEE_LIMIT}, or the
     *     node's own
     */
    Message price(String what, Message message, TokenAmount maxFee, MessagePriority priority, TokenAmount reserved) {
        var balance = node.stateGetActor(message.from(), TipSetKey.EMPTY)
                .map(ActorState::balance)
                .orElse(TokenAmount.ZERO);
        var available = balance.minus(reserved);
        if (available.compareTo(message.value()) < 0) {
            throw new InsufficientFundsException(what, message.from(), message.value(), available);
        }
        var priced = withinLimit(estimate(what, message, maxFee), maxFee);
        if (priority == MessagePriority.WINDOW_POST) {
            priced = raised(priced, maxFee, available);
        }
        var baseFee = node.chainHead().parentBaseFee();
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
        if (available.compareTo(priced.requiredFunds()) < 0) {
            throw new InsufficientFundsException(what, message.from(), priced.requiredFunds(), available);
        }
        return priced;
    }

    private Message estimate(String what, Message message, TokenAmount maxFee) {
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

    /** A base fee that doubles while a window is open must not keep the proof out of the chain. */
    private static Message raised(Message message, TokenAmount maxFee, TokenAmount available) {
        var budget = maxFee.min(available.minus(message.value()));
        if (message.gasLimit() == 0 || budget.compareTo(message.maxFee()) <= 0) {
            return message;
        }
        var cap = new TokenAmount(budget.atto().divide(BigInteger.valueOf(message.gasLimit())));
        return message.withGas(message.gasLimit(), cap, message.gasPremium());
    }
}
