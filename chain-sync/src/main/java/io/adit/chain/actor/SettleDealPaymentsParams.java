package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MarketMethod#SETTLE_DEAL_PAYMENTS} (FIP-0074): the bare bit field; an array around it ends in exit code 21.
 */
public record SettleDealPaymentsParams(BitField dealIds) implements CborRecord {

    /** Reads the exact CBOR. */
    public static SettleDealPaymentsParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SettleDealPaymentsParams::read);
    }

    static SettleDealPaymentsParams read(CborReader reader) {
        return new SettleDealPaymentsParams(ChainCbor.bitField(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.bytes(dealIds.toRle());
    }
}
