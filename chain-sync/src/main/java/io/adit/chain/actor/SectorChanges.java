package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Pieces that one sector now holds (FIP-0076).
 *
 * @param minimumCommitmentEpoch the data stays until then at least
 */
public record SectorChanges(SectorNumber sector, Epoch minimumCommitmentEpoch, List<PieceChange> added)
        implements CborRecord {

    public SectorChanges {
        added = List.copyOf(added);
    }

    /** Reads the exact CBOR. */
    public static SectorChanges fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorChanges::read);
    }

    static SectorChanges read(CborReader reader) {
        reader.array(3);
        return new SectorChanges(
                ChainCbor.sectorNumber(reader),
                ChainCbor.epoch(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "pieces", PieceChange::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.uint(sector.value());
        writer.integer(minimumCommitmentEpoch.value());
        ChainCbor.list(writer, added);
    }
}
