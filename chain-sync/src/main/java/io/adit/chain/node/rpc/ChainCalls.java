package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.ChainJson.BLOCK_HEADER;
import static io.adit.chain.node.json.ChainJson.BLOCK_MESSAGES;
import static io.adit.chain.node.json.ChainJson.CHAIN_MESSAGE;
import static io.adit.chain.node.json.ChainJson.HEAD_CHANGE;
import static io.adit.chain.node.json.ChainJson.MESSAGE;
import static io.adit.chain.node.json.ChainJson.RECEIPT;
import static io.adit.chain.node.json.ChainJson.TIP_SET;
import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.BlockMessages;
import io.adit.chain.node.ChainApi;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.HeadChange;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.List;

/** Blocks, tipsets and messages: the part of the catalogue, and the typed methods over it. */
interface ChainCalls extends ChainApi, RpcCaller {

    RpcMethod<TipSet> CHAIN_HEAD = RpcMethod.method("ChainHead", 0, TIP_SET, (node, a) -> node.chainHead());

    RpcMethod<TipSet> CHAIN_GET_GENESIS =
            RpcMethod.method("ChainGetGenesis", 0, TIP_SET, (node, a) -> node.chainGetGenesis());

    RpcMethod<TipSet> CHAIN_GET_TIP_SET =
            RpcMethod.method("ChainGetTipSet", 1, TIP_SET, (node, a) -> node.chainGetTipSet(a.get(0, TIP_SET_KEY)));

    RpcMethod<TipSet> CHAIN_GET_TIP_SET_BY_HEIGHT = RpcMethod.method(
            "ChainGetTipSetByHeight",
            2,
            TIP_SET,
            (node, a) -> node.chainGetTipSetByHeight(a.get(0, EPOCH), a.get(1, TIP_SET_KEY)));

    RpcMethod<TipSet> CHAIN_GET_TIP_SET_AFTER_HEIGHT = RpcMethod.method(
            "ChainGetTipSetAfterHeight",
            2,
            TIP_SET,
            (node, a) -> node.chainGetTipSetAfterHeight(a.get(0, EPOCH), a.get(1, TIP_SET_KEY)));

    RpcMethod<BlockHeader> CHAIN_GET_BLOCK =
            RpcMethod.method("ChainGetBlock", 1, BLOCK_HEADER, (node, a) -> node.chainGetBlock(a.get(0, CID)));

    RpcMethod<BlockMessages> CHAIN_GET_BLOCK_MESSAGES = RpcMethod.method(
            "ChainGetBlockMessages", 1, BLOCK_MESSAGES, (node, a) -> node.chainGetBlockMessages(a.get(0, CID)));

    RpcMethod<List<ChainMessage>> CHAIN_GET_PARENT_MESSAGES = RpcMethod.method(
            "ChainGetParentMessages",
            1,
            listOrNull(CHAIN_MESSAGE),
            (node, a) -> node.chainGetParentMessages(a.get(0, CID)));

    RpcMethod<List<MessageReceipt>> CHAIN_GET_PARENT_RECEIPTS = RpcMethod.method(
            "ChainGetParentReceipts", 1, list(RECEIPT), (node, a) -> node.chainGetParentReceipts(a.get(0, CID)));

    RpcMethod<List<ChainMessage>> CHAIN_GET_MESSAGES_IN_TIPSET = RpcMethod.method(
            "ChainGetMessagesInTipset",
            1,
            listOrNull(CHAIN_MESSAGE),
            (node, a) -> node.chainGetMessagesInTipset(a.get(0, TIP_SET_KEY)));

    RpcMethod<Message> CHAIN_GET_MESSAGE =
            RpcMethod.method("ChainGetMessage", 1, MESSAGE, (node, a) -> node.chainGetMessage(a.get(0, CID)));

    RpcMethod<List<HeadChange>> CHAIN_GET_PATH = RpcMethod.<List<HeadChange>>method(
                    "ChainGetPath",
                    2,
                    list(HEAD_CHANGE),
                    (node, a) -> node.chainGetPath(a.get(0, TIP_SET_KEY), a.get(1, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<Boolean> CHAIN_HAS_OBJ =
            RpcMethod.method("ChainHasObj", 1, BOOL, (node, a) -> node.chainHasObj(a.get(0, CID)));

    RpcMethod<byte[]> CHAIN_READ_OBJ =
            RpcMethod.method("ChainReadObj", 1, BYTES, (node, a) -> node.chainReadObj(a.get(0, CID)));

    RpcMethod<BigInteger> CHAIN_TIP_SET_WEIGHT = RpcMethod.method(
            "ChainTipSetWeight", 1, BIG_INTEGER, (node, a) -> node.chainTipSetWeight(a.get(0, TIP_SET_KEY)));

    List<RpcMethod<?>> METHODS = List.of(
            CHAIN_HEAD,
            CHAIN_GET_GENESIS,
            CHAIN_GET_TIP_SET,
            CHAIN_GET_TIP_SET_BY_HEIGHT,
            CHAIN_GET_TIP_SET_AFTER_HEIGHT,
            CHAIN_GET_BLOCK,
            CHAIN_GET_BLOCK_MESSAGES,
            CHAIN_GET_PARENT_MESSAGES,
            CHAIN_GET_PARENT_RECEIPTS,
            CHAIN_GET_MESSAGES_IN_TIPSET,
            CHAIN_GET_MESSAGE,
            CHAIN_GET_PATH,
            CHAIN_HAS_OBJ,
            CHAIN_READ_OBJ,
            CHAIN_TIP_SET_WEIGHT);

    @Override
    default TipSet chainHead() {
        return call(CHAIN_HEAD);
    }

    @Override
    default TipSet chainGetGenesis() {
        return call(CHAIN_GET_GENESIS);
    }

    @Override
    default TipSet chainGetTipSet(TipSetKey key) {
        return call(CHAIN_GET_TIP_SET, arg(TIP_SET_KEY, key));
    }

    @Override
    default TipSet chainGetTipSetByHeight(Epoch epoch, TipSetKey key) {
        return call(CHAIN_GET_TIP_SET_BY_HEIGHT, arg(EPOCH, epoch), arg(TIP_SET_KEY, key));
    }

    @Override
    default TipSet chainGetTipSetAfterHeight(Epoch epoch, TipSetKey key) {
        return call(CHAIN_GET_TIP_SET_AFTER_HEIGHT, arg(EPOCH, epoch), arg(TIP_SET_KEY, key));
    }

    @Override
    default BlockHeader chainGetBlock(Cid block) {
        return call(CHAIN_GET_BLOCK, arg(CID, block));
    }

    @Override
    default BlockMessages chainGetBlockMessages(Cid block) {
        return call(CHAIN_GET_BLOCK_MESSAGES, arg(CID, block));
    }

    @Override
    default List<ChainMessage> chainGetParentMessages(Cid block) {
        return call(CHAIN_GET_PARENT_MESSAGES, arg(CID, block));
    }

    @Override
    default List<MessageReceipt> chainGetParentReceipts(Cid block) {
        return call(CHAIN_GET_PARENT_RECEIPTS, arg(CID, block));
    }

    @Override
    default List<ChainMessage> chainGetMessagesInTipset(TipSetKey key) {
        return call(CHAIN_GET_MESSAGES_IN_TIPSET, arg(TIP_SET_KEY, key));
    }

    @Override
    default Message chainGetMessage(Cid message) {
        return call(CHAIN_GET_MESSAGE, arg(CID, message));
    }

    @Override
    default List<HeadChange> chainGetPath(TipSetKey from, TipSetKey to) {
        return call(CHAIN_GET_PATH, arg(TIP_SET_KEY, from), arg(TIP_SET_KEY, to));
    }

    @Override
    default boolean chainHasObj(Cid object) {
        return call(CHAIN_HAS_OBJ, arg(CID, object));
    }

    @Override
    default byte[] chainReadObj(Cid object) {
        return call(CHAIN_READ_OBJ, arg(CID, object));
    }

    @Override
    default BigInteger chainTipSetWeight(TipSetKey key) {
        return call(CHAIN_TIP_SET_WEIGHT, arg(TIP_SET_KEY, key));
    }
}
