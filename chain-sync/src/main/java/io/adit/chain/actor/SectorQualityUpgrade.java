package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Optional;

/**
 * Old sectors of one partition that are to have full quality-adjusted power (FIP-0118).
 *
 * @param deadline index of the deadline in the proving period
 * @param partition index of the partition in the deadline
 * @param newExpiration absent leaves it as it is
 */
public record SectorQualityUpgrade(long deadline, long partition, BitField sectors, Optional<Epoch> newExpiration)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static SectorQualityUpgrade fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorQualityUpgrade::read);
    }

    static SectorQualityUpgrade read(CborReader reader) {
        reader.array(4);
        return new SectorQualityUpgrade(
                reader.uint(), reader.uint(), ChainCbor.bitField(reader), ChainCbor.optional(reader, ChainCbor::epoch));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4);
        writer.uint(deadline);
        writer.uint(partition);
        writer.bytes(sectors.toRle());
        ChainCbor.optional(writer, newExpiration, value -> writer.integer(value.value()));
    }
}
