package io.adit.core.keys;

import io.adit.core.ipld.Hashes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * secp256k1 over blake2b-256 of the message, with a recovery id (Filecoin spec, "ECDSA").
 *
 * <p>Signing is deterministic (RFC 6979 with HMAC-SHA-256) and yields the lower s. Verification recovers the public key;
 * like the chain it also accepts the higher s.
 */
final class Secp256k1 {
    static final int SECRET_LENGTH = 32;
    static final int SIGNATURE_LENGTH = 65;
    private static final int RECOVERY_IDS = 4;

    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
    private static final ECDomainParameters DOMAIN =
            new ECDomainParameters(CURVE.getCurve(), CURVE.getG(), CURVE.getN(), CURVE.getH());
    private static final BigInteger HALF_ORDER = CURVE.getN().shiftRight(1);

    private Secp256k1() {}

    /** Whether the scalar is between 1 and the group's order minus 1. */
    static boolean isSecret(byte[] secret) {
        var scalar = new BigInteger(1, secret);
        return secret.length == SECRET_LENGTH && scalar.signum() > 0 && scalar.compareTo(CURVE.getN()) < 0;
    }

    /** The uncompressed public key: 0x04, x, y. */
    static byte[] publicKey(byte[] secret) {
        return new FixedPointCombMultiplier()
                .multiply(CURVE.getG(), new BigInteger(1, secret))
                .getEncoded(false);
    }

    /** r, s and recovery id. */
    static byte[] sign(byte[] secret, byte[] message) {
        byte[] digest = Hashes.blake2b256(message);
        var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, secret), DOMAIN));
        BigInteger[] pair = signer.generateSignature(digest);
        BigInteger s = pair[1].compareTo(HALF_ORDER) > 0 ? CURVE.getN().subtract(pair[1]) : pair[1];
        byte[] signature = new byte[SIGNATURE_LENGTH];
        BigIntegers.asUnsignedByteArray(pair[0], signature, 0, SECRET_LENGTH);
        BigIntegers.asUnsignedByteArray(s, signature, SECRET_LENGTH, SECRET_LENGTH);

        // Bouncy Castle does not say which of the four points it was; trying them also checks the signature.
        byte[] publicKey = publicKey(secret);
        for (int id = 0; id < RECOVERY_IDS; id++) {
            signature[SIGNATURE_LENGTH - 1] = (byte) id;
            if (recoverFromDigest(digest, signature)
                    .filter(key -> Arrays.equals(key, publicKey))
                    .isPresent()) {
                return signature;
            }
        }
        throw new IllegalStateException("a secp256k1 signature that does not verify was computed");
    }

    /** The uncompressed public key that made this signature; empty if none can have. */
    static Optional<byte[]> recover(byte[] message, byte[] signature) {
        return recoverFromDigest(Hashes.blake2b256(message), signature);
    }

    /** As {@link #recover}, of another hash of the message. */
    static Optional<byte[]> recoverFromDigest(byte[] digest, byte[] signature) {
        BigInteger n = CURVE.getN();
        var r = new BigInteger(1, signature, 0, SECRET_LENGTH);
        var s = new BigInteger(1, signature, SECRET_LENGTH, SECRET_LENGTH);
        int id = signature[SIGNATURE_LENGTH - 1];
        if (id < 0 || id >= RECOVERY_IDS || !inRange(r, n) || !inRange(s, n)) {
            return Optional.empty();
        }
        BigInteger x = id >= 2 ? r.add(n) : r;
        if (x.compareTo(CURVE.getCurve().getField().getCharacteristic()) >= 0) {
            return Optional.empty();
        }
        Optional<ECPoint> point = pointAt(x, (id & 1) == 1);
        if (point.isEmpty()) {
            return Optional.empty();
        }
        BigInteger inverse = BigIntegers.modOddInverseVar(n, r);
        BigInteger u1 = new BigInteger(1, digest).negate().multiply(inverse).mod(n);
        BigInteger u2 = s.multiply(inverse).mod(n);
        ECPoint key = ECAlgorithms.sumOfTwoMultiplies(CURVE.getG(), u1, point.get(), u2);
        return key.isInfinity() ? Optional.empty() : Optional.of(key.getEncoded(false));
    }

    private static boolean inRange(BigInteger value, BigInteger order) {
        return value.signum() > 0 && value.compareTo(order) < 0;
    }

    private static Optional<ECPoint> pointAt(BigInteger x, boolean odd) {
        byte[] compressed = new byte[1 + SECRET_LENGTH];
        compressed[0] = (byte) (odd ? 3 : 2);
        BigIntegers.asUnsignedByteArray(x, compressed, 1, SECRET_LENGTH);
        try {
            return Optional.of(CURVE.getCurve().decodePoint(compressed));
        } catch (IllegalArgumentException e) {
            // No point of the curve has this x.
            return Optional.empty();
        }
    }
}
