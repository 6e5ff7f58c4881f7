package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#EXTEND_SECTOR_EXPIRATION2}. No return value.
 */
public record ExtendSectorExpiration2Params(List<ExpirationExtension> extensions) implements CborRecord {

    public ExtendSectorExpiration2Params {
        extensions = List.copyOf(extensions);
    }

    /** Reads the exact CBOR. */
    public static ExtendSectorExpiration2Params fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ExtendSectorExpiration2Params::read);
    }

    static ExtendSectorExpiration2Params read(CborReader reader) {
        reader.array(1);
        return new ExtendSectorExpiration2Params(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "extensions", ExpirationExtension::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, extensions);
    }
}
