package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import java.util.Arrays;
import java.util.HexFormat;

/** The 32-byte root of a tree over storage: CommP of a piece, CommD of a sector's data, CommR of its replica. */
public final class Commitment {
    public static final int LENGTH = 32;

    private final byte[] bytes;

    private Commitment(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new InvalidValueException("commitment length", bytes.length, "32 bytes");
        }
        this.bytes = bytes;
    }

    public static Commitment of(byte[] bytes) {
        return new Commitment(bytes.clone());
    }

    public static Commitment fromHex(String hex) {
        try {
            return new Commitment(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException("commitment", hex, "64 hexadecimal digits");
        }
    }

    /** Reads a piece CID v1, a data CID (CommD) or a sealed CID (CommR). */
    public static Commitment fromCid(Cid cid) {
        var hash = cid.multihash();
        boolean unsealed = cid.codec() == Cid.COMMITMENT_UNSEALED && hash.code() == Multihash.SHA2_256_TRUNC254_PADDED;
        boolean sealed = cid.codec() == Cid.COMMITMENT_SEALED && hash.code() == Multihash.POSEIDON_BLS12_381_A2_FC1;
        if (!unsealed && !sealed) {
            throw new InvalidValueException(
                    "commitment CID", cid, "fil-commitment-unsealed or fil-commitment-sealed with its hash function");
        }
        return new Commitment(hash.digest());
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    /** CommP or CommD as a CID: fil-commitment-unsealed, sha2-256-trunc254-padded. */
    public Cid asUnsealedCid() {
        return Cid.of(Cid.COMMITMENT_UNSEALED, Multihash.of(Multihash.SHA2_256_TRUNC254_PADDED, bytes));
    }

    /** CommR as a CID: fil-commitment-sealed, poseidon-bls12_381-a2-fc1. */
    public Cid asSealedCid() {
        return Cid.of(Cid.COMMITMENT_SEALED, Multihash.of(Multihash.POSEIDON_BLS12_381_A2_FC1, bytes));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Commitment that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return toHex();
    }
}
