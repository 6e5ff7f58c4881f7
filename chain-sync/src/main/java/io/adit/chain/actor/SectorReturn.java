package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * The notified actor's answer for one sector.
 */
public record SectorReturn(List<PieceReturn> added) implements CborRecord {

    public SectorReturn {
        added = List.copyOf(added);
    }

    /** Reads the exact CBOR. */
    public static SectorReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorReturn::read);
    }

    static SectorReturn read(CborReader reader) {
        return new SectorReturn(ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "pieces", PieceReturn::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        ChainCbor.list(writer, added);
    }
}
