package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.ChainJson.MESSAGE;
import static io.adit.chain.node.json.ChainJson.SEND_SPEC;
import static io.adit.chain.node.json.ChainJson.SIGNED_MESSAGE;
import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.DOUBLE;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.MessageApi;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;

/** Gas and the message pool: the part of the catalogue, and the typed methods over it. */
interface MessageCalls extends MessageApi, RpcCaller {

    RpcMethod<Message> GAS_ESTIMATE_MESSAGE_GAS = RpcMethod.<Message>method(
                    "GasEstimateMessageGas",
                    3,
                    MESSAGE,
                    (node, a) -> node.gasEstimateMessageGas(
                            a.get(0, MESSAGE), a.get(1, nullable(SEND_SPEC)), a.get(2, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<Long> GAS_ESTIMATE_GAS_LIMIT = RpcMethod.<Long>method(
                    "GasEstimateGasLimit",
                    2,
                    INT64,
                    (node, a) -> node.gasEstimateGasLimit(a.get(0, MESSAGE), a.get(1, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<TokenAmount> GAS_ESTIMATE_GAS_PREMIUM = RpcMethod.method(
            "GasEstimateGasPremium",
            4,
            TOKEN_AMOUNT,
            (node, a) -> node.gasEstimateGasPremium(
                    a.get(0, UINT64), a.get(1, ADDRESS), a.get(2, INT64), a.get(3, TIP_SET_KEY)));

    RpcMethod<TokenAmount> GAS_ESTIMATE_FEE_CAP = RpcMethod.method(
            "GasEstimateFeeCap",
            3,
            TOKEN_AMOUNT,
            (node, a) -> node.gasEstimateFeeCap(a.get(0, MESSAGE), a.get(1, INT64), a.get(2, TIP_SET_KEY)));

    RpcMethod<Long> MPOOL_GET_NONCE =
            RpcMethod.method("MpoolGetNonce", 1, UINT64, (node, a) -> node.mpoolGetNonce(a.get(0, ADDRESS)));

    RpcMethod<Cid> MPOOL_PUSH = RpcMethod.<Cid>method(
                    "MpoolPush", 1, CID, (node, a) -> node.mpoolPush(a.get(0, SIGNED_MESSAGE)))
            .needs(Permission.WRITE);

    RpcMethod<SignedMessage> MPOOL_PUSH_MESSAGE = RpcMethod.<SignedMessage>method(
                    "MpoolPushMessage",
                    2,
                    SIGNED_MESSAGE,
                    (node, a) -> node.mpoolPushMessage(a.get(0, MESSAGE), a.get(1, nullable(SEND_SPEC))))
            .in(CallClass.COMPUTE)
            .needs(Permission.SIGN);

    RpcMethod<List<SignedMessage>> MPOOL_PENDING = RpcMethod.method(
            "MpoolPending", 1, list(SIGNED_MESSAGE), (node, a) -> node.mpoolPending(a.get(0, TIP_SET_KEY)));

    RpcMethod<List<SignedMessage>> MPOOL_SELECT = RpcMethod.<List<SignedMessage>>method(
                    "MpoolSelect",
                    2,
                    listOrNull(SIGNED_MESSAGE),
                    (node, a) -> node.mpoolSelect(a.get(0, TIP_SET_KEY), a.get(1, DOUBLE)))
            .in(CallClass.COMPUTE);

    List<RpcMethod<?>> METHODS = List.of(
            GAS_ESTIMATE_MESSAGE_GAS,
            GAS_ESTIMATE_GAS_LIMIT,
            GAS_ESTIMATE_GAS_PREMIUM,
            GAS_ESTIMATE_FEE_CAP,
            MPOOL_GET_NONCE,
            MPOOL_PUSH,
            MPOOL_PUSH_MESSAGE,
            MPOOL_PENDING,
            MPOOL_SELECT);

    @Override
    default Message gasEstimateMessageGas(Message message, Optional<MessageSendSpec> spec, TipSetKey key) {
        return call(
                GAS_ESTIMATE_MESSAGE_GAS, arg(MESSAGE, message), arg(nullable(SEND_SPEC), spec), arg(TIP_SET_KEY, key));
    }

    @Override
    default long gasEstimateGasLimit(Message message, TipSetKey key) {
        return call(GAS_ESTIMATE_GAS_LIMIT, arg(MESSAGE, message), arg(TIP_SET_KEY, key));
    }

    @Override
    default TokenAmount gasEstimateGasPremium(long blocks, Address sender, long gasLimit, TipSetKey key) {
        return call(
                GAS_ESTIMATE_GAS_PREMIUM,
                arg(UINT64, blocks),
                arg(ADDRESS, sender),
                arg(INT64, gasLimit),
                arg(TIP_SET_KEY, key));
    }

    @Override
    default TokenAmount gasEstimateFeeCap(Message message, long maxQueueBlocks, TipSetKey key) {
        return call(GAS_ESTIMATE_FEE_CAP, arg(MESSAGE, message), arg(INT64, maxQueueBlocks), arg(TIP_SET_KEY, key));
    }

    @Override
    default long mpoolGetNonce(Address sender) {
        return call(MPOOL_GET_NONCE, arg(ADDRESS, sender));
    }

    @Override
    default Cid mpoolPush(SignedMessage message) {
        return call(MPOOL_PUSH, arg(SIGNED_MESSAGE, message));
    }

    @Override
    default SignedMessage mpoolPushMessage(Message message, Optional<MessageSendSpec> spec) {
        return call(MPOOL_PUSH_MESSAGE, arg(MESSAGE, message), arg(nullable(SEND_SPEC), spec));
    }

    @Override
    default List<SignedMessage> mpoolPending(TipSetKey key) {
        return call(MPOOL_PENDING, arg(TIP_SET_KEY, key));
    }

    @Override
    default List<SignedMessage> mpoolSelect(TipSetKey key, double ticketQuality) {
        return call(MPOOL_SELECT, arg(TIP_SET_KEY, key), arg(DOUBLE, ticketQuality));
    }
}
