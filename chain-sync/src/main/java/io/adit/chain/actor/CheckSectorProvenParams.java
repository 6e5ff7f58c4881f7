package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#CHECK_SECTOR_PROVEN}.
 */
public record CheckSectorProvenParams(SectorNumber sectorNumber) implements CborRecord {

    /** Reads the exact CBOR. */
    public static CheckSectorProvenParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, CheckSectorProvenParams::read);
    }

    static CheckSectorProvenParams read(CborReader reader) {
        reader.array(1);
        return new CheckSectorProvenParams(ChainCbor.sectorNumber(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.uint(sectorNumber.value());
    }
}
