package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * A notified actor's answer (FIP-0076).
 */
public record SectorContentChangedReturn(List<SectorReturn> sectors) implements CborRecord {

    public SectorContentChangedReturn {
        sectors = List.copyOf(sectors);
    }

    /** Reads the exact CBOR. */
    public static SectorContentChangedReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorContentChangedReturn::read);
    }

    static SectorContentChangedReturn read(CborReader reader) {
        return new SectorContentChangedReturn(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors", SectorReturn::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        ChainCbor.list(writer, sectors);
    }
}
