package io.adit.chain.node.eth;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.util.List;

/**
 * A tipset as a block (Lotus {@code EthBlock}). What Ethereum has and a tipset has not (uncles, roots, difficulty) holds Lotus's fixed
 * values.
 *
 * @param number epoch
 * @param gasLimit units; of one block, however many the tipset has
 * @param timestamp seconds since 1970
 * @param nonce 64 bits
 * @param baseFeePerGas attoFIL per unit
 * @param transactions as they were asked for: hashes or whole
 */
public record EthBlock(
        EthHash hash,
        EthHash parentHash,
        EthHash sha3Uncles,
        EthAddress miner,
        EthHash stateRoot,
        EthHash transactionsRoot,
        EthHash receiptsRoot,
        byte[] logsBloom,
        long difficulty,
        long totalDifficulty,
        Epoch number,
        long gasLimit,
        long gasUsed,
        long timestamp,
        byte[] extraData,
        EthHash mixHash,
        long nonce,
        TokenAmount baseFeePerGas,
        long size,
        List<Entry> transactions,
        List<EthHash> uncles) {

    public EthBlock {
        logsBloom = logsBloom.clone();
        extraData = extraData.clone();
        transactions = List.copyOf(transactions);
        uncles = List.copyOf(uncles);
    }

    /** A transaction in a block: its hash, or all of it. */
    public sealed interface Entry permits EthHash, EthTransaction {

        /** The transaction's hash. */
        EthHash hash();
    }
}
