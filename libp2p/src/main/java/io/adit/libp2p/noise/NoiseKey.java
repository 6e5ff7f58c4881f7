package io.adit.libp2p.noise;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.wire.Protobuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.function.UnaryOperator;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * A host's static Noise key with the payload that ties it to the host's identity. It is made once for each host, so
 * that a handshake costs no signature: an RSA one would cost a stranger's dial more than the stranger.
 */
public final class NoiseKey {
    static final int LENGTH = X25519.POINT_SIZE;

    private static final byte[] SIGNATURE_PREFIX = "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);

    private final byte[] privateKey = new byte[X25519.SCALAR_SIZE];
    private final byte[] publicKey = new byte[LENGTH];
    private final byte[] payload;

    public NoiseKey(Identity identity, SecureRandom random) {
        this(
                random,
                staticKey -> new Protobuf.Writer()
                        .bytes(1, identity.publicKey().toProtobuf())
                        .bytes(2, identity.sign(signedText(staticKey)))
                        .toByteArray());
    }

    /** @param payloadOf what the handshake says about the static public key; tests lie here */
    NoiseKey(SecureRandom random, UnaryOperator<byte[]> payloadOf) {
        X25519.generatePrivateKey(random, privateKey);
        X25519.generatePublicKey(privateKey, 0, publicKey, 0);
        payload = payloadOf.apply(publicKey.clone());
    }

    /** What an identity key signs to vouch for a static key. */
    static byte[] signedText(byte[] staticKey) {
        var text = new byte[SIGNATURE_PREFIX.length + staticKey.length];
        System.arraycopy(SIGNATURE_PREFIX, 0, text, 0, SIGNATURE_PREFIX.length);
        System.arraycopy(staticKey, 0, text, SIGNATURE_PREFIX.length, staticKey.length);
        return text;
    }

    byte[] privateKey() {
        return privateKey;
    }

    byte[] publicKey() {
        return publicKey;
    }

    /** {@code NoiseHandshakePayload{identity_key=1, identity_sig=2}}. */
    byte[] payload() {
        return payload;
    }
}
