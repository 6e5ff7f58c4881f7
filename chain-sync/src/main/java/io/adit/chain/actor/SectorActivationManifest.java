package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * What one sector holds, in order; zeros fill the rest (FIP-0076).
 */
public record SectorActivationManifest(SectorNumber sectorNumber, List<PieceActivationManifest> pieces)
        implements CborRecord {

    public SectorActivationManifest {
        pieces = List.copyOf(pieces);
    }

    /** Reads the exact CBOR. */
    public static SectorActivationManifest fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorActivationManifest::read);
    }

    static SectorActivationManifest read(CborReader reader) {
        reader.array(2);
        return new SectorActivationManifest(
                ChainCbor.sectorNumber(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "pieces", PieceActivationManifest::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(sectorNumber.value());
        ChainCbor.list(writer, pieces);
    }
}
