package io.adit.core.ipld;

import java.util.Arrays;

/** Bytes and the CID that they are known by. Making one does not check that they agree; see {@link #isValid}. */
public record Block(Cid cid, byte[] data) {
    /** A block of the chain: DAG-CBOR by blake2b-256. */
    public static Block dagCbor(byte[] data) {
        return new Block(Cid.dagCbor(data), data);
    }

    /** Raw bytes by sha2-256. */
    public static Block raw(byte[] data) {
        return new Block(Cid.rawSha256(data), data);
    }

    /** A UnixFS node by sha2-256. */
    public static Block dagPb(byte[] data) {
        return new Block(Cid.dagPbSha256(data), data);
    }

    /** Whether the bytes hash to the CID; false also when the hash function is not one that can be checked. */
    public boolean isValid() {
        return cid.multihash().canVerify() && cid.multihash().matches(data);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Block that && cid.equals(that.cid) && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return cid.hashCode();
    }

    @Override
    public String toString() {
        return cid + " (" + data.length + " bytes)";
    }
}
