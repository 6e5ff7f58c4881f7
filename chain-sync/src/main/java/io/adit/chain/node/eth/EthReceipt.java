package io.adit.chain.node.eth;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Optional;

/**
 * What running a transaction gave (Lotus {@code EthTxReceipt}).
 *
 * @param to empty where a contract was created
 * @param root always zero on Filecoin
 * @param status 1 for exit code 0, otherwise 0
 * @param contractAddress where a contract was created
 * @param cumulativeGasUsed always zero on Filecoin
 * @param gasUsed units of gas
 * @param effectiveGasPrice attoFIL per unit, burnt and paid to the miner together
 * @param logsBloom 256 bytes
 * @param type as of the transaction
 */
public record EthReceipt(
        EthHash transactionHash,
        long transactionIndex,
        EthHash blockHash,
        Epoch blockNumber,
        EthAddress from,
        Optional<EthAddress> to,
        EthHash root,
        long status,
        Optional<EthAddress> contractAddress,
        long cumulativeGasUsed,
        long gasUsed,
        TokenAmount effectiveGasPrice,
        byte[] logsBloom,
        List<EthLog> logs,
        long type) {

    public EthReceipt {
        logsBloom = logsBloom.clone();
        logs = List.copyOf(logs);
    }

    /** Whether the transaction did what it was to do. */
    public boolean succeeded() {
        return status == 1;
    }
}
