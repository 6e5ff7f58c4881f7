package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * One partition of a window proof.
 *
 * @param skipped sectors not proven and not yet known as faulty
 */
public record PoStPartition(long index, BitField skipped) implements CborRecord {

    /** Reads the exact CBOR. */
    public static PoStPartition fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PoStPartition::read);
    }

    static PoStPartition read(CborReader reader) {
        reader.array(2);
        return new PoStPartition(reader.uint(), ChainCbor.bitField(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(index);
        writer.bytes(skipped.toRle());
    }
}
