package io.adit.chain.node.eth;

import java.util.List;
import java.util.Optional;

/**
 * Which logs are asked for (Lotus {@code EthFilterSpec}).
 *
 * @param fromBlock first block, a number or a name; empty for the latest
 * @param toBlock last block; empty for the latest
 * @param addresses of contracts, any of them; empty for all
 * @param topics for each place the topics of which one must be there; an empty place matches everything
 * @param blockHash only this tipset; then neither of the first two may be given
 */
public record EthLogFilter(
        Optional<EthBlockParam> fromBlock,
        Optional<EthBlockParam> toBlock,
        List<EthAddress> addresses,
        List<List<EthHash>> topics,
        Optional<EthHash> blockHash) {

    public EthLogFilter {
        if (blockHash.isPresent() && (fromBlock.isPresent() || toBlock.isPresent())) {
            throw new IllegalArgumentException("A filter names a block's hash or a range of blocks, not both");
        }
        addresses = List.copyOf(addresses);
        topics = topics.stream().map(List::copyOf).toList();
    }
}
