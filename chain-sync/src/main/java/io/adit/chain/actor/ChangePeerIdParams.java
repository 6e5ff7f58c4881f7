package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Parameters of {@link MinerMethod#CHANGE_PEER_ID}.
 *
 * @param newId the libp2p peer ID's multihash; the actor allows 128 bytes
 */
public record ChangePeerIdParams(byte[] newId) implements CborRecord {

    public ChangePeerIdParams {
        newId = newId.clone();
    }

    /** Reads the exact CBOR. */
    public static ChangePeerIdParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ChangePeerIdParams::read);
    }

    static ChangePeerIdParams read(CborReader reader) {
        reader.array(1);
        return new ChangePeerIdParams(reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.bytes(newId);
    }

    @Override
    public byte[] newId() {
        return newId.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChangePeerIdParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
