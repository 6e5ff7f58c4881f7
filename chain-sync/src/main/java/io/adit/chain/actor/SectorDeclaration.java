package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Sectors of one partition that are declared faulty, recovered or terminated.
 *
 * @param deadline index of the deadline in the proving period
 * @param partition index of the partition in the deadline
 */
public record SectorDeclaration(long deadline, long partition, BitField sectors) implements CborRecord {

    /** Reads the exact CBOR. */
    public static SectorDeclaration fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorDeclaration::read);
    }

    static SectorDeclaration read(CborReader reader) {
        reader.array(3);
        return new SectorDeclaration(reader.uint(), reader.uint(), ChainCbor.bitField(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.uint(deadline);
        writer.uint(partition);
        writer.bytes(sectors.toRle());
    }
}
