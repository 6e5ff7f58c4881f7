package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MarketMethod#WITHDRAW_BALANCE}.
 */
public record MarketWithdrawBalanceParams(Address providerOrClient, TokenAmount amount) implements CborRecord {

    /** Reads the exact CBOR. */
    public static MarketWithdrawBalanceParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MarketWithdrawBalanceParams::read);
    }

    static MarketWithdrawBalanceParams read(CborReader reader) {
        reader.array(2);
        return new MarketWithdrawBalanceParams(ChainCbor.address(reader), ChainCbor.tokenAmount(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(providerOrClient.bytes());
        writer.bytes(amount.cborBytes());
    }
}
