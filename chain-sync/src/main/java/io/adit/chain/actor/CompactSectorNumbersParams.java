package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#COMPACT_SECTOR_NUMBERS}: numbers that shall never be used.
 */
public record CompactSectorNumbersParams(BitField maskSectorNumbers) implements CborRecord {

    /** Reads the exact CBOR. */
    public static CompactSectorNumbersParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, CompactSectorNumbersParams::read);
    }

    static CompactSectorNumbersParams read(CborReader reader) {
        reader.array(1);
        return new CompactSectorNumbersParams(ChainCbor.bitField(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.bytes(maskSectorNumbers.toRle());
    }
}
