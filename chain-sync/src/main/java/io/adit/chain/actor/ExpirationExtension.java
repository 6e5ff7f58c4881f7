package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * New expiration for sectors of one partition.
 *
 * @param deadline index of the deadline in the proving period
 * @param partition index of the partition in the deadline
 * @param sectors sectors without claims
 */
public record ExpirationExtension(
        long deadline, long partition, BitField sectors, List<SectorClaim> sectorsWithClaims, Epoch newExpiration)
        implements CborRecord {

    public ExpirationExtension {
        sectorsWithClaims = List.copyOf(sectorsWithClaims);
    }

    /** Reads the exact CBOR. */
    public static ExpirationExtension fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ExpirationExtension::read);
    }

    static ExpirationExtension read(CborReader reader) {
        reader.array(5);
        return new ExpirationExtension(
                reader.uint(),
                reader.uint(),
                ChainCbor.bitField(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors with claims", SectorClaim::read),
                ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(5);
        writer.uint(deadline);
        writer.uint(partition);
        writer.bytes(sectors.toRle());
        ChainCbor.list(writer, sectorsWithClaims);
        writer.integer(newExpiration.value());
    }
}
