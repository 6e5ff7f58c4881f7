package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * What settling one deal gave.
 *
 * @param payment paid to the provider's escrow
 * @param completed the deal is over and gone from state
 */
public record DealSettlement(TokenAmount payment, boolean completed) implements CborRecord {

    /** Reads the exact CBOR. */
    public static DealSettlement fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DealSettlement::read);
    }

    static DealSettlement read(CborReader reader) {
        reader.array(2);
        return new DealSettlement(ChainCbor.tokenAmount(reader), reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(payment.cborBytes());
        writer.bool(completed);
    }
}
