package io.adit.chain.node;

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

/**
 * The node's Ethereum face, under Lotus's names; {@code eth_chainId} and the like are other names of the same methods. A node
 * may have it switched off (Lotus {@code Fevm.EnableEthRPC}): then each is a {@link RpcErrorCode#CALL_FAILED} or a {@link
 * RpcErrorCode#METHOD_NOT_FOUND}. A call that a contract refuses is {@link RpcErrorCode#EXECUTION_REVERTED}.
 */
public interface EthApi {

    /** Lotus {@code EthChainId}: 314 is mainnet, 314159 calibration. */
    long ethChainId();

    /** Lotus {@code EthBlockNumber}: epoch of the last tipset whose messages were run, the head's parent. */
    Epoch ethBlockNumber();

    /**
     * Lotus {@code EthGetBlockByNumber}; empty where the epoch was a null round.
     *
     * @param block not a hash
     * @param wholeTransactions whether to give transactions or only their hashes
     */
    Optional<EthBlock> ethGetBlockByNumber(EthBlockParam block, boolean wholeTransactions);

    /** Lotus {@code EthCall}: what the call returns. */
    byte[] ethCall(EthCall call, EthBlockParam block);

    /** Lotus {@code EthEstimateGas}: gas limit on top of the head. */
    long ethEstimateGas(EthCall call);

    /** Lotus {@code EthGasPrice}: attoFIL per unit of gas, base fee and tip together. */
    TokenAmount ethGasPrice();

    /** Lotus {@code EthMaxPriorityFeePerGas}: attoFIL per unit of gas to tip. */
    TokenAmount ethMaxPriorityFeePerGas();

    /** Lotus {@code EthGetTransactionCount}: the nonce; 0 for an account that does not exist. */
    long ethGetTransactionCount(EthAddress account, EthBlockParam block);

    /**
     * Lotus {@code EthSendRawTransaction}: takes a signed transaction into the pool.
     *
     * @param transaction RLP, at most {@link io.adit.chain.type.Message#MAX_PARAMS} bytes
     * @return its hash
     */
    EthHash ethSendRawTransaction(byte[] transaction);

    /** Lotus {@code EthGetTransactionReceipt}; empty until it was run. */
    Optional<EthReceipt> ethGetTransactionReceipt(EthHash transaction);

    /** Lotus {@code EthGetTransactionByHash}; empty where the node does not know it. */
    Optional<EthTransaction> ethGetTransactionByHash(EthHash transaction);

    /** Lotus {@code EthGetLogs}. */
    List<EthLog> ethGetLogs(EthLogFilter filter);

    /** Lotus {@code EthGetBalance}: zero for an actor that does not exist. */
    TokenAmount ethGetBalance(EthAddress account, EthBlockParam block);
}
