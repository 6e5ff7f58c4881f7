package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * What becomes of one sector's verified claims when it is extended. Claims are frozen since network version 29.
 */
public record SectorClaim(SectorNumber sectorNumber, List<Long> maintainClaims, List<Long> dropClaims)
        implements CborRecord {

    public SectorClaim {
        maintainClaims = List.copyOf(maintainClaims);
        dropClaims = List.copyOf(dropClaims);
    }

    /** Reads the exact CBOR. */
    public static SectorClaim fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorClaim::read);
    }

    static SectorClaim read(CborReader reader) {
        reader.array(3);
        return new SectorClaim(
                ChainCbor.sectorNumber(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "claims", CborReader::uint),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "claims", CborReader::uint));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.uint(sectorNumber.value());
        writer.array(maintainClaims.size());
        maintainClaims.forEach(writer::uint);
        writer.array(dropClaims.size());
        dropClaims.forEach(writer::uint);
    }
}
