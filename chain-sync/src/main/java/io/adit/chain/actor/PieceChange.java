package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.Arrays;

/**
 * A piece that is now in a sector (FIP-0076).
 *
 * @param data piece CID v1
 * @param size padded bytes
 * @param payload as given in the manifest
 */
public record PieceChange(Cid data, long size, byte[] payload) implements CborRecord {

    public PieceChange {
        payload = payload.clone();
    }

    /** Reads the exact CBOR. */
    public static PieceChange fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PieceChange::read);
    }

    static PieceChange read(CborReader reader) {
        reader.array(3);
        return new PieceChange(reader.cid(), reader.uint(), reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.cid(data);
        writer.uint(size);
        writer.bytes(payload);
    }

    @Override
    public byte[] payload() {
        return payload.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PieceChange that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
