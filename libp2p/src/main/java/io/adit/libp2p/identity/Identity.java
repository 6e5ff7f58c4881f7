package io.adit.libp2p.identity;

import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

/**
 * A node's key pair. {@link #toProtobuf()} is the {@code PrivateKey{Type=1, Data=2}} message that go-libp2p,
 * jvm-libp2p and rust-libp2p write too, so an identity can move between implementations.
 */
public final class Identity {
    private final KeyType type;
    private final byte[] privateData;
    private final PublicKey publicKey;
    private final KeyAlgorithm.Signer signer;

    private Identity(KeyType type, KeyAlgorithm.KeyPair pair) throws GeneralSecurityException {
        this.type = type;
        this.privateData = pair.privateData();
        this.publicKey = PublicKey.of(type, pair.publicData());
        this.signer = KeyAlgorithm.of(type).signer(privateData);
    }

    /** A new key pair: RSA of 2048 bits, ECDSA over P-256. */
    public static Identity generate(KeyType type, SecureRandom random) {
        try {
            return new Identity(type, KeyAlgorithm.of(type).generate(random));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot make a key of type " + type, e);
        }
    }

    /**
     * Reads what {@link #toProtobuf()} wrote, or go-libp2p's {@code crypto.MarshalPrivateKey}.
     *
     * @throws MalformedWireException if the message is no private key, or its public half belongs to another
     */
    public static Identity fromProtobuf(byte[] message) {
        var fields = Protobuf.parse(message, 4);
        var number = fields.varint(1).orElseThrow(() -> new MalformedWireException("private key has no type"));
        var data = fields.bytes(2).orElseThrow(() -> new MalformedWireException("private key has no data"));
        var type = KeyType.fromNumber(number);
        try {
            return new Identity(type, KeyAlgorithm.of(type).load(data));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new MalformedWireException("not a private key of type " + type, e);
        }
    }

    /** The private key: keep it as one keeps secrets. */
    public byte[] toProtobuf() {
        return new Protobuf.Writer()
                .varint(1, type.number())
                .bytes(2, privateData)
                .toByteArray();
    }

    public KeyType type() {
        return type;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    public PeerId peerId() {
        return publicKey.peerId();
    }

    /** Signs as the key type does in libp2p: Ed25519 and RSA (PKCS#1 v1.5, SHA-256) raw, ECDSA as DER over SHA-256. */
    public byte[] sign(byte[] message) {
        try {
            return signer.sign(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing with a " + type + " key failed", e);
        }
    }

    /** Names the public half only. */
    @Override
    public String toString() {
        return publicKey.toString();
    }
}
