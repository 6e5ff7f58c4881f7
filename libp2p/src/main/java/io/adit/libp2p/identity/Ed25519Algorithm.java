package io.adit.libp2p.identity;

import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Ed25519: the private form is seed and public key, 64 bytes; the old form repeats the public key, 96 bytes. */
final class Ed25519Algorithm implements KeyAlgorithm {
    private static final int SEED = Ed25519.SECRET_KEY_SIZE;
    private static final int POINT = Ed25519.PUBLIC_KEY_SIZE;

    @Override
    public KeyPair generate(SecureRandom random) {
        var seed = new byte[SEED];
        Ed25519.generatePrivateKey(random, seed);
        return pair(seed);
    }

    private static KeyPair pair(byte[] seed) {
        var point = new byte[POINT];
        Ed25519.generatePublicKey(seed, 0, point, 0);
        var privateData = Arrays.copyOf(seed, SEED + POINT);
        System.arraycopy(point, 0, privateData, SEED, POINT);
        return new KeyPair(privateData, point);
    }

    @Override
    public KeyPair load(byte[] privateData) throws InvalidKeyException {
        var old = privateData.length == SEED + 2 * POINT;
        if (privateData.length != SEED + POINT && !old) {
            throw new InvalidKeyException("Ed25519 private key of " + privateData.length + " bytes; it has 64 or 96");
        }
        var pair = pair(Arrays.copyOf(privateData, SEED));
        var given = Arrays.copyOfRange(privateData, SEED, SEED + POINT);
        var again = old ? Arrays.copyOfRange(privateData, SEED + POINT, privateData.length) : given;
        if (!Arrays.equals(pair.publicData(), given) || !Arrays.equals(given, again)) {
            throw new InvalidKeyException("the public half of the Ed25519 key does not belong to its seed");
        }
        return pair;
    }

    @Override
    public Signer signer(byte[] privateData) {
        return message -> {
            var signature = new byte[Ed25519.SIGNATURE_SIZE];
            Ed25519.sign(privateData, 0, privateData, SEED, null, message, 0, message.length, signature, 0);
            return signature;
        };
    }

    @Override
    public Verifier verifier(byte[] publicData) throws InvalidKeyException {
        if (publicData.length != POINT) {
            throw new InvalidKeyException("Ed25519 public key of " + publicData.length + " bytes; it has 32");
        }
        return (message, signature) -> signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, publicData, 0, message, 0, message.length);
    }
}
