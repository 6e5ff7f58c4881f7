package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#TERMINATE_SECTORS}.
 */
public record TerminateSectorsParams(List<SectorDeclaration> terminations) implements CborRecord {

    public TerminateSectorsParams {
        terminations = List.copyOf(terminations);
    }

    /** Reads the exact CBOR. */
    public static TerminateSectorsParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, TerminateSectorsParams::read);
    }

    static TerminateSectorsParams read(CborReader reader) {
        reader.array(1);
        return new TerminateSectorsParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "declarations", SectorDeclaration::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, terminations);
    }
}
