package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * The new content of one committed-capacity sector (FIP-0076).
 *
 * @param deadline index of the deadline in the proving period
 * @param partition index of the partition in the deadline
 * @param newSealedCid CommR of the new replica
 */
public record SectorUpdateManifest(
        SectorNumber sector, long deadline, long partition, Cid newSealedCid, List<PieceActivationManifest> pieces)
        implements CborRecord {

    public SectorUpdateManifest {
        pieces = List.copyOf(pieces);
    }

    /** Reads the exact CBOR. */
    public static SectorUpdateManifest fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorUpdateManifest::read);
    }

    static SectorUpdateManifest read(CborReader reader) {
        reader.array(5);
        return new SectorUpdateManifest(
                ChainCbor.sectorNumber(reader),
                reader.uint(),
                reader.uint(),
                reader.cid(),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "pieces", PieceActivationManifest::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(5);
        writer.uint(sector.value());
        writer.uint(deadline);
        writer.uint(partition);
        writer.cid(newSealedCid);
        ChainCbor.list(writer, pieces);
    }
}
