package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#COMPACT_PARTITIONS}.
 *
 * @param deadline index of the deadline in the proving period
 */
public record CompactPartitionsParams(long deadline, BitField partitions) implements CborRecord {

    /** Reads the exact CBOR. */
    public static CompactPartitionsParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, CompactPartitionsParams::read);
    }

    static CompactPartitionsParams read(CborReader reader) {
        reader.array(2);
        return new CompactPartitionsParams(reader.uint(), ChainCbor.bitField(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(deadline);
        writer.bytes(partitions.toRle());
    }
}
