package io.adit.chain.node.eth;

import io.adit.core.fil.Epoch;
import java.util.List;

/**
 * An event that a contract emitted (Lotus {@code EthLog}).
 *
 * @param data what is not indexed
 * @param topics at most four; the first is the event's signature hash
 * @param removed whether a reorg took it back
 * @param logIndex among the events of its message
 * @param transactionIndex among the messages of its tipset
 * @param blockNumber epoch of the tipset that carries the message
 */
public record EthLog(
        EthAddress address,
        byte[] data,
        List<EthHash> topics,
        boolean removed,
        long logIndex,
        long transactionIndex,
        EthHash transactionHash,
        EthHash blockHash,
        Epoch blockNumber) {

    public EthLog {
        data = data.clone();
        topics = List.copyOf(topics);
    }
}
