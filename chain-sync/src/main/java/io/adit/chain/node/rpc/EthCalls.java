package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.EthJson.ADDRESS;
import static io.adit.chain.node.json.EthJson.BLOCK_NUMBER;
import static io.adit.chain.node.json.EthJson.BLOCK_OR_NULL;
import static io.adit.chain.node.json.EthJson.BLOCK_PARAM;
import static io.adit.chain.node.json.EthJson.CALL;
import static io.adit.chain.node.json.EthJson.DATA;
import static io.adit.chain.node.json.EthJson.HASH;
import static io.adit.chain.node.json.EthJson.LOG;
import static io.adit.chain.node.json.EthJson.LOG_FILTER;
import static io.adit.chain.node.json.EthJson.QUANTITY;
import static io.adit.chain.node.json.EthJson.RECEIPT;
import static io.adit.chain.node.json.EthJson.TRANSACTION;
import static io.adit.chain.node.json.EthJson.WEI;
import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.EthApi;
import io.adit.chain.node.eth.EthAddress;
import io.adit.chain.node.eth.EthBlock;
import io.adit.chain.node.eth.EthBlockParam;
import io.adit.chain.node.eth.EthCall;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.eth.EthLog;
import io.adit.chain.node.eth.EthLogFilter;
import io.adit.chain.node.eth.EthReceipt;
import io.adit.chain.node.eth.EthTransaction;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Optional;

/** The Ethereum face: the part of the catalogue, and the typed methods over it. */
interface EthCalls extends EthApi, RpcCaller {

    RpcMethod<Long> ETH_CHAIN_ID = RpcMethod.method("EthChainId", 0, QUANTITY, (node, a) -> node.ethChainId());

    RpcMethod<Epoch> ETH_BLOCK_NUMBER =
            RpcMethod.method("EthBlockNumber", 0, BLOCK_NUMBER, (node, a) -> node.ethBlockNumber());

    RpcMethod<Optional<EthBlock>> ETH_GET_BLOCK_BY_NUMBER = RpcMethod.method(
            "EthGetBlockByNumber",
            2,
            BLOCK_OR_NULL,
            (node, a) -> node.ethGetBlockByNumber(a.get(0, BLOCK_PARAM), a.get(1, BOOL)));

    RpcMethod<byte[]> ETH_CALL = RpcMethod.<byte[]>method(
                    "EthCall", 2, DATA, (node, a) -> node.ethCall(a.get(0, CALL), a.get(1, BLOCK_PARAM)))
            .in(CallClass.COMPUTE);

    RpcMethod<Long> ETH_ESTIMATE_GAS = RpcMethod.<Long>method(
                    "EthEstimateGas", 1, QUANTITY, (node, a) -> node.ethEstimateGas(a.get(0, CALL)))
            .in(CallClass.COMPUTE);

    RpcMethod<TokenAmount> ETH_GAS_PRICE = RpcMethod.method("EthGasPrice", 0, WEI, (node, a) -> node.ethGasPrice());

    RpcMethod<TokenAmount> ETH_MAX_PRIORITY_FEE_PER_GAS =
            RpcMethod.method("EthMaxPriorityFeePerGas", 0, WEI, (node, a) -> node.ethMaxPriorityFeePerGas());

    RpcMethod<Long> ETH_GET_TRANSACTION_COUNT = RpcMethod.method(
            "EthGetTransactionCount",
            2,
            QUANTITY,
            (node, a) -> node.ethGetTransactionCount(a.get(0, ADDRESS), a.get(1, BLOCK_PARAM)));

    /** Lotus asks for no more than the right to read. Not a query, since queries are asked twice when nothing answers. */
    RpcMethod<EthHash> ETH_SEND_RAW_TRANSACTION = RpcMethod.<EthHash>method(
                    "EthSendRawTransaction", 1, HASH, (node, a) -> node.ethSendRawTransaction(a.get(0, DATA)))
            .in(CallClass.COMPUTE);

    RpcMethod<Optional<EthReceipt>> ETH_GET_TRANSACTION_RECEIPT = RpcMethod.<Optional<EthReceipt>>method(
                    "EthGetTransactionReceipt",
                    1,
                    nullable(RECEIPT),
                    (node, a) -> node.ethGetTransactionReceipt(a.get(0, HASH)))
            .in(CallClass.COMPUTE);

    RpcMethod<Optional<EthTransaction>> ETH_GET_TRANSACTION_BY_HASH = RpcMethod.method(
            "EthGetTransactionByHash",
            1,
            nullable(TRANSACTION),
            (node, a) -> node.ethGetTransactionByHash(a.get(0, HASH)));

    RpcMethod<List<EthLog>> ETH_GET_LOGS = RpcMethod.<List<EthLog>>method(
                    "EthGetLogs", 1, list(LOG), (node, a) -> node.ethGetLogs(a.get(0, LOG_FILTER)))
            .in(CallClass.COMPUTE);

    RpcMethod<TokenAmount> ETH_GET_BALANCE = RpcMethod.method(
            "EthGetBalance", 2, WEI, (node, a) -> node.ethGetBalance(a.get(0, ADDRESS), a.get(1, BLOCK_PARAM)));

    List<RpcMethod<?>> METHODS = List.of(
            ETH_CHAIN_ID,
            ETH_BLOCK_NUMBER,
            ETH_GET_BLOCK_BY_NUMBER,
            ETH_CALL,
            ETH_ESTIMATE_GAS,
            ETH_GAS_PRICE,
            ETH_MAX_PRIORITY_FEE_PER_GAS,
            ETH_GET_TRANSACTION_COUNT,
            ETH_SEND_RAW_TRANSACTION,
            ETH_GET_TRANSACTION_RECEIPT,
            ETH_GET_TRANSACTION_BY_HASH,
            ETH_GET_LOGS,
            ETH_GET_BALANCE);

    @Override
    default long ethChainId() {
        return call(ETH_CHAIN_ID);
    }

    @Override
    default Epoch ethBlockNumber() {
        return call(ETH_BLOCK_NUMBER);
    }

    @Override
    default Optional<EthBlock> ethGetBlockByNumber(EthBlockParam block, boolean wholeTransactions) {
        return call(ETH_GET_BLOCK_BY_NUMBER, arg(BLOCK_PARAM, block), arg(BOOL, wholeTransactions));
    }

    @Override
    default byte[] ethCall(EthCall call, EthBlockParam block) {
        return call(ETH_CALL, arg(CALL, call), arg(BLOCK_PARAM, block));
    }

    @Override
    default long ethEstimateGas(EthCall call) {
        return call(ETH_ESTIMATE_GAS, arg(CALL, call));
    }

    @Override
    default TokenAmount ethGasPrice() {
        return call(ETH_GAS_PRICE);
    }

    @Override
    default TokenAmount ethMaxPriorityFeePerGas() {
        return call(ETH_MAX_PRIORITY_FEE_PER_GAS);
    }

    @Override
    default long ethGetTransactionCount(EthAddress account, EthBlockParam block) {
        return call(ETH_GET_TRANSACTION_COUNT, arg(ADDRESS, account), arg(BLOCK_PARAM, block));
    }

    @Override
    default EthHash ethSendRawTransaction(byte[] transaction) {
        return call(ETH_SEND_RAW_TRANSACTION, arg(DATA, transaction));
    }

    @Override
    default Optional<EthReceipt> ethGetTransactionReceipt(EthHash transaction) {
        return call(ETH_GET_TRANSACTION_RECEIPT, arg(HASH, transaction));
    }

    @Override
    default Optional<EthTransaction> ethGetTransactionByHash(EthHash transaction) {
        return call(ETH_GET_TRANSACTION_BY_HASH, arg(HASH, transaction));
    }

    @Override
    default List<EthLog> ethGetLogs(EthLogFilter filter) {
        return call(ETH_GET_LOGS, arg(LOG_FILTER, filter));
    }

    @Override
    default TokenAmount ethGetBalance(EthAddress account, EthBlockParam block) {
        return call(ETH_GET_BALANCE, arg(ADDRESS, account), arg(BLOCK_PARAM, block));
    }
}
