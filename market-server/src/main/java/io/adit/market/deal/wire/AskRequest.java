package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborWriter;

/** A question over {@code /fil/storage/ask/1.1.0}: what does this miner ask? */
public record AskRequest(Address miner) implements CborRecord {
    public static AskRequest fromCbor(byte[] cbor) {
        return new AskRequest(Fields.decode("AskRequest", cbor).get("Miner", ChainCbor::address));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(1).text("Miner").bytes(miner.bytes());
    }
}
