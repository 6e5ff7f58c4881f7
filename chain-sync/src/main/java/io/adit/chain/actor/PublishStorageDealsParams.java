package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MarketMethod#PUBLISH_STORAGE_DEALS}.
 */
public record PublishStorageDealsParams(List<ClientDealProposal> deals) implements CborRecord {

    public PublishStorageDealsParams {
        deals = List.copyOf(deals);
    }

    /** Reads the exact CBOR. */
    public static PublishStorageDealsParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PublishStorageDealsParams::read);
    }

    static PublishStorageDealsParams read(CborReader reader) {
        reader.array(1);
        return new PublishStorageDealsParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "deals", ClientDealProposal::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, deals);
    }
}
