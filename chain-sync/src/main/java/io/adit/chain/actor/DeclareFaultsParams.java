package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#DECLARE_FAULTS}. No return value.
 */
public record DeclareFaultsParams(List<SectorDeclaration> faults) implements CborRecord {

    public DeclareFaultsParams {
        faults = List.copyOf(faults);
    }

    /** Reads the exact CBOR. */
    public static DeclareFaultsParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DeclareFaultsParams::read);
    }

    static DeclareFaultsParams read(CborReader reader) {
        reader.array(1);
        return new DeclareFaultsParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "declarations", SectorDeclaration::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, faults);
    }
}
