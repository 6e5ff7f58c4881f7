package io.adit.core.keys;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import supranational.blst.BLST_ERROR;
import supranational.blst.P1;
import supranational.blst.P1_Affine;
import supranational.blst.P2;
import supranational.blst.P2_Affine;
import supranational.blst.Pairing;
import supranational.blst.SecretKey;

/**
 * BLS12-381 with public keys in G1 and signatures in G2, over the message itself (Filecoin spec, "BLS").
 *
 * <p>Every point from outside is checked to be in the prime-order subgroup and not at infinity: blst's pairing does
 * neither for aggregates.
 */
final class Bls {
    static final int PUBLIC_KEY_LENGTH = 48;
    static final int SIGNATURE_LENGTH = 96;
    static final int SECRET_LENGTH = 32;
    private static final String DST = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_";
    /** The order of the subgroups. */
    private static final BigInteger ORDER =
            new BigInteger("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", 16);

    private static final int COMPRESSED = 0x80;
    private static final int INFINITY = 0x40;

    private Bls() {}

    /** The secret scalar, big-endian, from at least 32 random bytes. */
    static byte[] generate(byte[] entropy) {
        var key = new SecretKey();
        key.keygen(entropy);
        return key.to_bendian();
    }

    /** Whether the scalar is between 1 and the group's order minus 1. */
    static boolean isSecret(byte[] secret) {
        var scalar = new BigInteger(1, secret);
        return secret.length == SECRET_LENGTH && scalar.signum() > 0 && scalar.compareTo(ORDER) < 0;
    }

    static byte[] publicKey(byte[] secret) {
        return new P1(secretKey(secret)).compress();
    }

    static byte[] sign(byte[] secret, byte[] message) {
        return new P2().hash_to(message, DST).sign_with(secretKey(secret)).compress();
    }

    static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        Optional<P1_Affine> key = publicPoint(publicKey);
        Optional<P2_Affine> point = signaturePoint(signature);
        return key.isPresent()
                && point.isPresent()
                && point.get().core_verify(key.get(), true, message, DST) == BLST_ERROR.BLST_SUCCESS;
    }

    /** Whether the aggregate is the sum of the keys' signatures over their messages. */
    static boolean verifyAggregate(List<byte[]> publicKeys, List<byte[]> messages, byte[] aggregate) {
        if (publicKeys.size() != messages.size()) {
            return false;
        }
        if (publicKeys.isEmpty()) {
            return isInfinity(aggregate);
        }
        Optional<P2_Affine> point = signaturePoint(aggregate);
        if (point.isEmpty()) {
            return false;
        }
        var nothing = new P2_Affine();
        var pairing = new Pairing(true, DST);
        for (int i = 0; i < publicKeys.size(); i++) {
            Optional<P1_Affine> key = publicPoint(publicKeys.get(i));
            if (key.isEmpty()
                    || pairing.aggregate(key.get(), i == 0 ? point.get() : nothing, messages.get(i))
                            != BLST_ERROR.BLST_SUCCESS) {
                return false;
            }
        }
        pairing.commit();
        return pairing.finalverify();
    }

    /** The sum of signatures; the point at infinity for none. */
    static Optional<byte[]> aggregate(List<byte[]> signatures) {
        var sum = new P2();
        for (byte[] signature : signatures) {
            Optional<P2_Affine> point = signaturePoint(signature);
            if (point.isEmpty()) {
                return Optional.empty();
            }
            sum.aggregate(point.get());
        }
        return Optional.of(sum.compress());
    }

    private static boolean isInfinity(byte[] signature) {
        byte[] infinity = new byte[SIGNATURE_LENGTH];
        infinity[0] = (byte) (COMPRESSED | INFINITY);
        return Arrays.equals(signature, infinity);
    }

    private static SecretKey secretKey(byte[] secret) {
        var key = new SecretKey();
        key.from_bendian(secret);
        return key;
    }

    private static Optional<P1_Affine> publicPoint(byte[] bytes) {
        if (bytes.length != PUBLIC_KEY_LENGTH || (bytes[0] & COMPRESSED) == 0) {
            return Optional.empty();
        }
        try {
            var point = new P1_Affine(bytes);
            return point.in_group() && !point.is_inf() ? Optional.of(point) : Optional.empty();
        } catch (RuntimeException e) {
            // jblst reports a bad encoding by throwing.
            return Optional.empty();
        }
    }

    private static Optional<P2_Affine> signaturePoint(byte[] bytes) {
        if (bytes.length != SIGNATURE_LENGTH || (bytes[0] & COMPRESSED) == 0) {
            return Optional.empty();
        }
        try {
            var point = new P2_Affine(bytes);
            return point.in_group() && !point.is_inf() ? Optional.of(point) : Optional.empty();
        } catch (RuntimeException e) {
            // jblst reports a bad encoding by throwing.
            return Optional.empty();
        }
    }
}
