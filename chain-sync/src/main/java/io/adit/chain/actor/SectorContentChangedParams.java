package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * What the miner actor tells a notified actor (FIP-0076).
 */
public record SectorContentChangedParams(List<SectorChanges> sectors) implements CborRecord {

    public SectorContentChangedParams {
        sectors = List.copyOf(sectors);
    }

    /** Reads the exact CBOR. */
    public static SectorContentChangedParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorContentChangedParams::read);
    }

    static SectorContentChangedParams read(CborReader reader) {
        return new SectorContentChangedParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors", SectorChanges::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        ChainCbor.list(writer, sectors);
    }
}
