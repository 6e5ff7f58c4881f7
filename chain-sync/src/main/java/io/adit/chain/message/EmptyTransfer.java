package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/** A message of nothing from an address to itself: all that it does is use a nonce. */
final class EmptyTransfer {
    private static final int GAS_MARGIN_PERCENT = 125;

    /** Epochs of the steepest rise of the base fee that its fee cap is to last. */
    private static final long HEADROOM = 20;

    private EmptyTransfer() {}

    static Message unpriced(Address sender, long nonce) {
        return Message.unpriced(sender, sender, TokenAmount.ZERO, 0, new byte[0])
                .withNonce(nonce);
    }

    /** As much gas as it takes. */
    static long gasLimit(FullNode node, Message message) {
        return node.gasEstimateGasLimit(message, TipSetKey.EMPTY) * GAS_MARGIN_PERCENT / 100;
    }

    /**
     * With fees for the next block.
     *
     * @return empty when the limit does not buy the base fee
     */
    static Optional<Message> priced(FullNode node, Address sender, long nonce, TokenAmount limit, TipSet head) {
        var message = unpriced(sender, nonce);
        long gas = gasLimit(node, message);
        var premium = node.gasEstimateGasPremium(1, sender, gas, TipSetKey.EMPTY);
        var cap = BaseFees.after(head.parentBaseFee(), HEADROOM).plus(premium).min(limit.dividedBy(gas));
        if (cap.compareTo(BaseFees.after(head.parentBaseFee(), 1)) < 0) {
            return Optional.empty();
        }
        return Optional.of(message.withGas(gas, cap, premium.min(cap)));
    }
}
