package io.adit.libp2p.identity;

import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Objects;

/**
 * A libp2p public key (peer-ids specification, "Keys"): Ed25519 as its 32 bytes, secp256k1 as a compressed point, RSA
 * and ECDSA as X.509 SubjectPublicKeyInfo.
 */
public final class PublicKey {
    /** Longest key taken from a stranger: RSA of 8192 bits is 1062 bytes. */
    private static final int MAX_KEY_BYTES = 2048;

    private final KeyType type;
    private final byte[] data;
    private final KeyAlgorithm.Verifier verifier;

    private PublicKey(KeyType type, byte[] data, KeyAlgorithm.Verifier verifier) {
        this.type = type;
        this.data = data;
        this.verifier = verifier;
    }

    /** @throws MalformedWireException if {@code data} is no public key of this type */
    static PublicKey of(KeyType type, byte[] data) {
        if (data.length > MAX_KEY_BYTES) {
            throw new MalformedWireException(
                    "public key of " + data.length + " bytes; at most " + MAX_KEY_BYTES + " are read");
        }
        try {
            return new PublicKey(type, data.clone(), KeyAlgorithm.of(type).verifier(data));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new MalformedWireException("not a public key of type " + type, e);
        }
    }

    /** Parses {@code PublicKey{Type=1, Data=2}}. */
    public static PublicKey fromProtobuf(byte[] message) {
        var fields = Protobuf.parse(message, 4);
        var type = fields.varint(1).orElseThrow(() -> new MalformedWireException("public key has no type"));
        var data = fields.bytes(2).orElseThrow(() -> new MalformedWireException("public key has no data"));
        return of(KeyType.fromNumber(type), data);
    }

    public byte[] toProtobuf() {
        return new Protobuf.Writer().varint(1, type.number()).bytes(2, data).toByteArray();
    }

    public KeyType type() {
        return type;
    }

    public PeerId peerId() {
        return PeerId.of(this);
    }

    /** Whether {@code signature} is this key's over {@code message}; malformed signatures are simply false. */
    public boolean verify(byte[] message, byte[] signature) {
        try {
            return verifier.verify(message, signature);
        } catch (GeneralSecurityException | IllegalArgumentException | ArithmeticException e) {
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey that && type == that.type && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, Arrays.hashCode(data));
    }

    @Override
    public String toString() {
        return type + " " + peerId();
    }
}
