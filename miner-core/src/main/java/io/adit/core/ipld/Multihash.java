package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A hash digest that names its function: varint code, varint length, digest
 * (<a href="https://github.com/multiformats/multihash">multihash</a>).
 */
public final class Multihash {
    public static final long IDENTITY = 0x00;
    public static final long SHA2_256 = 0x12;
    public static final long SHA2_512 = 0x13;
    public static final long BLAKE2B_256 = 0xb220;
    /** SHA2-256 with the two highest bits of the last byte cleared, over a padded piece: CommP and CommD. */
    public static final long SHA2_256_TRUNC254_PADDED = 0x1012;
    /** Piece CID v2 (FRC-0069): varint padding, height byte, root. */
    public static final long FR32_SHA2_256_TRUNC254_PADDED_BINARY_TREE = 0x1011;
    /** Poseidon over BLS12-381, arity 2: CommR. */
    public static final long POSEIDON_BLS12_381_A2_FC1 = 0xb401;

    /** Longest digest accepted; identity hashes are the only ones above 64 bytes. */
    public static final int MAX_DIGEST = 128;

    private final long code;
    private final byte[] digest;

    private Multihash(long code, byte[] digest) {
        this.code = code;
        this.digest = digest;
    }

    public static Multihash of(long code, byte[] digest) {
        requireLength(digest.length);
        Varint.length(code);
        return new Multihash(code, digest.clone());
    }

    public static Multihash sha256Of(byte[] data) {
        return new Multihash(SHA2_256, Hashes.sha256(data));
    }

    public static Multihash blake2b256Of(byte[] data) {
        return new Multihash(BLAKE2B_256, Hashes.blake2b256(data));
    }

    /** Reads bytes that hold one multihash and nothing else. */
    public static Multihash fromBytes(byte[] bytes) {
        var multihash = readPrefix(bytes, 0, bytes.length);
        if (multihash.encodedLength() != bytes.length) {
            throw new InvalidValueException("multihash", bytes.length + " bytes", "without trailing bytes");
        }
        return multihash;
    }

    /** Reads the multihash at {@code offset}; bytes after it are left alone. */
    static Multihash readPrefix(byte[] data, int offset, int limit) {
        var code = Varint.decode(data, offset, limit);
        var length = Varint.decode(data, offset + code.length(), limit);
        int start = offset + code.length() + length.length();
        if (length.value() > MAX_DIGEST) {
            throw new InvalidValueException("multihash digest length", length.value(), "at most " + MAX_DIGEST);
        }
        if (length.value() > limit - start) {
            throw new InvalidValueException(
                    "multihash", "a digest cut short", "followed by its " + length.value() + " digest bytes");
        }
        return new Multihash(code.value(), Arrays.copyOfRange(data, start, start + (int) length.value()));
    }

    public long code() {
        return code;
    }

    /** A copy of the digest. */
    public byte[] digest() {
        return digest.clone();
    }

    public byte[] bytes() {
        var out = new byte[encodedLength()];
        putTo(out, 0);
        return out;
    }

    int encodedLength() {
        return Varint.length(code) + Varint.length(digest.length) + digest.length;
    }

    void putTo(byte[] out, int offset) {
        int at = Varint.put(digest.length, out, Varint.put(code, out, offset));
        System.arraycopy(digest, 0, out, at, digest.length);
    }

    /** Whether {@link #matches} knows the function: identity, sha2-256, sha2-512 or blake2b-256. */
    public boolean canVerify() {
        return code == SHA2_256 || code == BLAKE2B_256 || code == SHA2_512 || code == IDENTITY;
    }

    /**
     * Whether {@code data} hashes to this digest.
     *
     * @throws InvalidValueException when the function is not one that {@link #canVerify} names
     */
    public boolean matches(byte[] data) {
        byte[] actual;
        if (code == SHA2_256) {
            actual = Hashes.sha256(data);
        } else if (code == BLAKE2B_256) {
            actual = Hashes.blake2b256(data);
        } else if (code == SHA2_512) {
            actual = Hashes.sha512(data);
        } else if (code == IDENTITY) {
            actual = data;
        } else {
            throw new InvalidValueException(
                    "hash function to verify",
                    "0x" + Long.toHexString(code),
                    "identity, sha2-256, sha2-512 or blake2b-256");
        }
        return Arrays.equals(actual, digest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Multihash that && code == that.code && Arrays.equals(digest, that.digest);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(code) * 31 + Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(code) + ":" + HexFormat.of().formatHex(digest);
    }

    private static void requireLength(int length) {
        if (length > MAX_DIGEST) {
            throw new InvalidValueException("multihash digest length", length, "at most " + MAX_DIGEST);
        }
    }
}
