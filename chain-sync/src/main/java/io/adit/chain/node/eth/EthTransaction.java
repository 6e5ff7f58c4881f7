package io.adit.chain.node.eth;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * A message as a transaction (Lotus {@code EthTx}). One that no Ethereum account sent has type 2, a zero signature and its method and
 * parameters wrapped in {@code handle_filecoin_method}.
 *
 * @param blockHash empty while it waits in the pool, as are {@code blockNumber} and {@code transactionIndex}
 * @param to empty where a contract is created
 * @param value attoFIL
 * @param type 0 legacy, 2 EIP-1559
 * @param gas gas limit
 * @param maxFeePerGas attoFIL per unit; of type 2 only
 * @param maxPriorityFeePerGas attoFIL per unit; of type 2 only
 * @param gasPrice attoFIL per unit; of legacy ones only
 */
public record EthTransaction(
        long chainId,
        long nonce,
        EthHash hash,
        Optional<EthHash> blockHash,
        Optional<Epoch> blockNumber,
        Optional<Long> transactionIndex,
        EthAddress from,
        Optional<EthAddress> to,
        TokenAmount value,
        long type,
        byte[] input,
        long gas,
        Optional<TokenAmount> maxFeePerGas,
        Optional<TokenAmount> maxPriorityFeePerGas,
        Optional<TokenAmount> gasPrice,
        List<EthHash> accessList,
        Signature signature)
        implements EthBlock.Entry {

    public EthTransaction {
        input = input.clone();
        accessList = List.copyOf(accessList);
    }

    /** An ECDSA signature's parts; all zero for a message that no Ethereum account signed. */
    public record Signature(BigInteger v, BigInteger r, BigInteger s) {}
}
