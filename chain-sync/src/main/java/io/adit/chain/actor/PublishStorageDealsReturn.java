package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;
import java.util.OptionalLong;

/**
 * Return of {@link MarketMethod#PUBLISH_STORAGE_DEALS} (FIP-0022): invalid deals are dropped and the others published. The
 * n-th ID belongs to the n-th set bit.
 *
 * @param validDeals indices into the parameters
 */
public record PublishStorageDealsReturn(List<Long> ids, BitField validDeals) implements CborRecord {

    public PublishStorageDealsReturn {
        ids = List.copyOf(ids);
    }

    /** Reads the exact CBOR. */
    public static PublishStorageDealsReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PublishStorageDealsReturn::read);
    }

    static PublishStorageDealsReturn read(CborReader reader) {
        reader.array(2);
        return new PublishStorageDealsReturn(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "deal IDs", CborReader::uint),
                ChainCbor.bitField(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.array(ids.size());
        ids.forEach(writer::uint);
        writer.bytes(validDeals.toRle());
    }

    /** The deal ID given to the proposal at {@code index} of the parameters; empty where it was dropped. */
    public OptionalLong idOf(long index) {
        if (!validDeals.contains(index)) {
            return OptionalLong.empty();
        }
        long before = validDeals.stream(ActorLimits.MAX_ITEMS)
                .takeWhile(bit -> bit < index)
                .count();
        if (before >= ids.size()) {
            throw new InvalidValueException("number of published deal IDs", ids.size(), "the number of valid deals");
        }
        return OptionalLong.of(ids.get((int) before));
    }
}
