package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Escrow of one address in the market.
 *
 * @param balance all of it
 * @param locked bound by deals
 */
public record GetBalanceReturn(TokenAmount balance, TokenAmount locked) implements CborRecord {

    /** Reads the exact CBOR. */
    public static GetBalanceReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, GetBalanceReturn::read);
    }

    static GetBalanceReturn read(CborReader reader) {
        reader.array(2);
        return new GetBalanceReturn(ChainCbor.tokenAmount(reader), ChainCbor.tokenAmount(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(balance.cborBytes());
        writer.bytes(locked.cborBytes());
    }
}
