package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#CHANGE_MULTIADDRS}.
 *
 * @param newMultiaddrs in binary; the actor allows 1,024 bytes in all
 */
public record ChangeMultiaddrsParams(List<byte[]> newMultiaddrs) implements CborRecord {

    public ChangeMultiaddrsParams {
        newMultiaddrs = List.copyOf(newMultiaddrs);
    }

    /** Reads the exact CBOR. */
    public static ChangeMultiaddrsParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ChangeMultiaddrsParams::read);
    }

    static ChangeMultiaddrsParams read(CborReader reader) {
        reader.array(1);
        return new ChangeMultiaddrsParams(ChainCbor.list(
                reader, ActorLimits.MAX_ITEMS, "multiaddrs", item -> item.bytes(ActorLimits.MAX_PAYLOAD)));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.array(newMultiaddrs.size());
        newMultiaddrs.forEach(writer::bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChangeMultiaddrsParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
