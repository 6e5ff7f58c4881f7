package io.adit.chain.node;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;

/** Gas and the message pool (Lotus {@code GasEstimate*}, {@code Mpool*}). */
public interface MessageApi {

    /**
     * Lotus {@code GasEstimateMessageGas}: the message with gas limit, fee cap and premium filled in where they are
     * zero. A message that fails when it is run is {@link RpcErrorCode#EXECUTION_REVERTED}.
     *
     * @param spec bounds on the fee; empty means the node's defaults
     */
    Message gasEstimateMessageGas(Message message, Optional<MessageSendSpec> spec, TipSetKey key);

    /** {@link #gasEstimateMessageGas(Message, Optional, TipSetKey)} at the present head. */
    default Message gasEstimateMessageGas(Message message, MessageSendSpec spec) {
        return gasEstimateMessageGas(message, Optional.of(spec), TipSetKey.EMPTY);
    }

    /** Lotus {@code GasEstimateGasLimit}: gas units, without the safety margin of the method above. */
    long gasEstimateGasLimit(Message message, TipSetKey key);

    /** Lotus {@code GasEstimateGasPremium}: attoFIL per gas unit, to be included within {@code blocks} epochs. */
    TokenAmount gasEstimateGasPremium(long blocks, Address sender, long gasLimit, TipSetKey key);

    /** Lotus {@code GasEstimateFeeCap}: attoFIL per gas unit, to last {@code maxQueueBlocks} epochs of rising fees. */
    TokenAmount gasEstimateFeeCap(Message message, long maxQueueBlocks, TipSetKey key);

    /** Lotus {@code MpoolGetNonce}: next nonce of a key address, messages waiting in the node's pool counted. */
    long mpoolGetNonce(Address sender);

    /**
     * Lotus {@code MpoolPush}: puts a signed message into the pool and gossips it. Nonce gaps and, for a local node,
     * insufficient funds are accepted; such a message never lands. The same message twice is refused with {@link
     * RpcErrorCode#CALL_FAILED}.
     */
    Cid mpoolPush(SignedMessage message);

    /** Lotus {@code MpoolPushMessage}: the node fills in gas and nonce, signs with its own wallet, and pushes. */
    SignedMessage mpoolPushMessage(Message message, Optional<MessageSendSpec> spec);

    /** Lotus {@code MpoolPending}: the messages of the pool that are not in blocks up to that tipset. */
    List<SignedMessage> mpoolPending(TipSetKey key);

    /**
     * Lotus {@code MpoolSelect}: messages for a block on top of that tipset.
     *
     * @param ticketQuality 0 to 1: how likely this block is to be the first of its tipset
     */
    List<SignedMessage> mpoolSelect(TipSetKey key, double ticketQuality);
}
