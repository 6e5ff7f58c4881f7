package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import java.util.Arrays;

/**
 * A message and its sender's signature over {@link Message#signingBytes()} (delegated signatures cover an Ethereum
 * transaction instead). BLS messages go into blocks without the signature, so their CID is the unsigned message's.
 */
public record SignedMessage(Message message, Signature signature) implements CborRecord {

    /** Reads one signed message. */
    public static SignedMessage fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SignedMessage::read);
    }

    static SignedMessage read(CborReader reader) {
        reader.array(2);
        return new SignedMessage(Message.read(reader), ChainCbor.signature(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        message.writeTo(writer);
        writer.bytes(signature.bytes());
    }

    /** The CID by which the chain knows this message: BLS, of the unsigned message; others, of the signed one. */
    public Cid cid() {
        return signature.type() == SignatureType.BLS ? message.cid() : Cid.dagCbor(toCbor());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedMessage that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
