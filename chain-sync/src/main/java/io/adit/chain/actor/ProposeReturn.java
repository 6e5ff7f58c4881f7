package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Return of {@link MultisigMethod#PROPOSE}.
 *
 * @param transaction the number under which other signers approve
 * @param applied whether the proposer's approval was enough, so that the message was sent at once
 * @param exitCode of the message, if it was sent
 * @param returned by the message, if it was sent
 */
public record ProposeReturn(long transaction, boolean applied, long exitCode, byte[] returned) implements CborRecord {

    public ProposeReturn {
        returned = returned.clone();
    }

    /** Reads the exact CBOR. */
    public static ProposeReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ProposeReturn::read);
    }

    static ProposeReturn read(CborReader reader) {
        reader.array(4);
        return new ProposeReturn(reader.integer(), reader.bool(), reader.uint(), reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4);
        writer.integer(transaction);
        writer.bool(applied);
        writer.uint(exitCode);
        writer.bytes(returned);
    }

    @Override
    public byte[] returned() {
        return returned.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProposeReturn that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
