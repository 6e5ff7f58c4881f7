package io.adit.core.fil;

import io.adit.core.ipld.Hashes;
import java.security.DigestException;
import java.security.MessageDigest;

/** Hashes pairs of a piece's tree nodes: SHA-256 of 64 bytes with the two high bits of the last byte cleared. Not thread-safe. */
public final class NodeHasher {
    /** Bytes of a node. */
    public static final int NODE = 32;

    private final MessageDigest sha256 = Hashes.sha256Digest();

    /** Hashes the two nodes at {@code offset} and writes the result at {@code to}, which may be the same place. */
    void hashPair(byte[] nodes, int offset, byte[] out, int to) {
        sha256.update(nodes, offset, 2 * NODE);
        finish(out, to);
    }

    /** The node above two others. */
    public byte[] hash(byte[] left, byte[] right) {
        var out = new byte[NODE];
        hash(left, right, out);
        return out;
    }

    void hash(byte[] left, byte[] right, byte[] out) {
        sha256.update(left, 0, NODE);
        sha256.update(right, 0, NODE);
        finish(out, 0);
    }

    private void finish(byte[] out, int to) {
        try {
            sha256.digest(out, to, NODE);
        } catch (DigestException e) {
            throw new AssertionError("32 bytes hold a SHA-256", e);
        }
        out[to + NODE - 1] &= 0x3f;
    }
}
