package io.adit.core.ipld;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.bouncycastle.crypto.digests.KeccakDigest;

/**
 * The hash functions of the Filecoin and IPFS world.
 *
 * <p>SHA-2 comes from the JDK, whose intrinsic uses the processor's SHA instructions; BLAKE2b and Keccak from Bouncy
 * Castle, as the JDK has neither.
 */
public final class Hashes {
    private Hashes() {}

    public static byte[] sha256(byte[] data) {
        return sha256Digest().digest(data);
    }

    public static byte[] sha512(byte[] data) {
        return jdkDigest("SHA-512").digest(data);
    }

    /** A fresh SHA-256 for streams. Not thread-safe. */
    public static MessageDigest sha256Digest() {
        return jdkDigest("SHA-256");
    }

    /** BLAKE2b with a 32-byte result: the chain's own hash. */
    public static byte[] blake2b256(byte[] data) {
        return blake2b(data, 32);
    }

    /**
     * BLAKE2b, unkeyed.
     *
     * @param length bytes of result, 1 to 64: 20 in f1 and f2 addresses, 4 in address checksums, 32 nearly everywhere
     */
    public static byte[] blake2b(byte[] data, int length) {
        var digest = new Blake2bDigest(null, length, null, null);
        digest.update(data, 0, data.length);
        var result = new byte[length];
        digest.doFinal(result, 0);
        return result;
    }

    /** Keccak-256 with the original padding, as Ethereum uses it (not SHA3-256). */
    public static byte[] keccak256(byte[] data) {
        var digest = new KeccakDigest(256);
        digest.update(data, 0, data.length);
        var result = new byte[32];
        digest.doFinal(result, 0);
        return result;
    }

    private static MessageDigest jdkDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has " + algorithm, e);
        }
    }
}
