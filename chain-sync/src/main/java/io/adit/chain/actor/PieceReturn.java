package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Whether the notified actor took a piece.
 */
public record PieceReturn(boolean accepted) implements CborRecord {

    /** Reads the exact CBOR. */
    public static PieceReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PieceReturn::read);
    }

    static PieceReturn read(CborReader reader) {
        return new PieceReturn(reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.bool(accepted);
    }
}
