package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.Arrays;

/**
 * Parameters of the init actor's method 2, Exec, which makes an actor. Its return has the form of {@link CreateMinerReturn}.
 *
 * @param code CID of the new actor's code
 * @param constructorParams CBOR of its constructor's parameters
 */
public record ExecParams(Cid code, byte[] constructorParams) implements CborRecord {
    /** The method's number. */
    public static final long METHOD = 2;

    public ExecParams {
        constructorParams = constructorParams.clone();
    }

    /** Reads the exact CBOR. */
    public static ExecParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ExecParams::read);
    }

    static ExecParams read(CborReader reader) {
        reader.array(2);
        return new ExecParams(reader.cid(), reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.cid(code);
        writer.bytes(constructorParams);
    }

    @Override
    public byte[] constructorParams() {
        return constructorParams.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExecParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
