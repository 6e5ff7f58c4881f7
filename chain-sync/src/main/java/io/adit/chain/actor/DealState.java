package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * What the chain keeps of an activated deal (v13 layout and later). -1 stands for "never".
 */
public record DealState(SectorNumber sectorNumber, Epoch sectorStartEpoch, Epoch lastUpdatedEpoch, Epoch slashEpoch)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static DealState fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DealState::read);
    }

    static DealState read(CborReader reader) {
        reader.array(4);
        return new DealState(
                ChainCbor.sectorNumber(reader),
                ChainCbor.epoch(reader),
                ChainCbor.epoch(reader),
                ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4);
        writer.uint(sectorNumber.value());
        writer.integer(sectorStartEpoch.value());
        writer.integer(lastUpdatedEpoch.value());
        writer.integer(slashEpoch.value());
    }
}
