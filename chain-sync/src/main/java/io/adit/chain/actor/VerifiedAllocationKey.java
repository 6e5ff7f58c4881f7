package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.ActorId;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * A verified-registry allocation to claim. Accepted and ignored since network version 29 (FIP-0118).
 *
 * @param id allocation ID
 */
public record VerifiedAllocationKey(ActorId client, long id) implements CborRecord {

    /** Reads the exact CBOR. */
    public static VerifiedAllocationKey fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, VerifiedAllocationKey::read);
    }

    static VerifiedAllocationKey read(CborReader reader) {
        reader.array(2);
        return new VerifiedAllocationKey(new ActorId(reader.uint()), reader.uint());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(client.value());
        writer.uint(id);
    }
}
