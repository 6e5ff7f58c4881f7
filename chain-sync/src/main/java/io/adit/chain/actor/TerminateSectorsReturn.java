package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Return of {@link MinerMethod#TERMINATE_SECTORS}.
 *
 * @param done false: call again, without sectors, until true
 */
public record TerminateSectorsReturn(boolean done) implements CborRecord {

    /** Reads the exact CBOR. */
    public static TerminateSectorsReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, TerminateSectorsReturn::read);
    }

    static TerminateSectorsReturn read(CborReader reader) {
        reader.array(1);
        return new TerminateSectorsReturn(reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.bool(done);
    }
}
