package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MarketMethod#ADD_BALANCE}: the bare address whose escrow grows by the message's value.
 */
public record AddBalanceParams(Address providerOrClient) implements CborRecord {

    /** Reads the exact CBOR. */
    public static AddBalanceParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, AddBalanceParams::read);
    }

    static AddBalanceParams read(CborReader reader) {
        return new AddBalanceParams(ChainCbor.address(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.bytes(providerOrClient.bytes());
    }
}
