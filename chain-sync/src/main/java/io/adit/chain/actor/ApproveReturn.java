package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Return of {@link MultisigMethod#APPROVE}.
 *
 * @param applied whether this approval was enough, so that the message was sent
 * @param exitCode of the message, if it was sent
 * @param returned by the message, if it was sent
 */
public record ApproveReturn(boolean applied, long exitCode, byte[] returned) implements CborRecord {

    public ApproveReturn {
        returned = returned.clone();
    }

    /** Reads the exact CBOR. */
    public static ApproveReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ApproveReturn::read);
    }

    static ApproveReturn read(CborReader reader) {
        reader.array(3);
        return new ApproveReturn(reader.bool(), reader.uint(), reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
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
        return other instanceof ApproveReturn that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
