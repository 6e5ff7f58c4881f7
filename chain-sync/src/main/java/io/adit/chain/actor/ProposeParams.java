package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Parameters of {@link MultisigMethod#PROPOSE}: the message that the multisig is to send.
 *
 * @param value attoFIL of the multisig's own
 * @param params CBOR for the method, bare; empty for none
 */
public record ProposeParams(Address to, TokenAmount value, long method, byte[] params) implements CborRecord {

    public ProposeParams {
        params = params.clone();
    }

    /** Reads the exact CBOR. */
    public static ProposeParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ProposeParams::read);
    }

    static ProposeParams read(CborReader reader) {
        reader.array(4);
        return new ProposeParams(
                ChainCbor.address(reader),
                ChainCbor.tokenAmount(reader),
                reader.uint(),
                reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4);
        writer.bytes(to.bytes());
        writer.bytes(value.cborBytes());
        writer.uint(method);
        writer.bytes(params);
    }

    @Override
    public byte[] params() {
        return params.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProposeParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
