package io.adit.chain.node.eth;

import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/**
 * A call that is tried and not sent (Lotus {@code EthCall}).
 *
 * @param from empty for the zero address
 * @param to empty to try the creation of a contract
 * @param gas most gas it may use; empty for the block's limit
 * @param gasPrice attoFIL per unit of gas; empty for none
 * @param value attoFIL sent along; empty for none
 * @param data the contract's selector and arguments; empty for a transfer
 */
public record EthCall(
        Optional<EthAddress> from,
        Optional<EthAddress> to,
        Optional<Long> gas,
        Optional<TokenAmount> gasPrice,
        Optional<TokenAmount> value,
        Optional<byte[]> data) {

    /** A question to a contract. */
    public static EthCall of(EthAddress contract, byte[] data) {
        return new EthCall(
                Optional.empty(),
                Optional.of(contract),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(data.clone()));
    }
}
