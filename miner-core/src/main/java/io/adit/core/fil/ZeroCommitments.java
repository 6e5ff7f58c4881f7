package io.adit.core.fil;

/** The commitments of pieces that are all zero, by size. */
public final class ZeroCommitments {
    static final int LEVELS = 60;

    private static final byte[][] NODES = nodes();

    private ZeroCommitments() {}

    /** CommP of {@code size} zero bytes; also CommD of an empty sector of that size. */
    public static Commitment of(PaddedSize size) {
        return Commitment.of(NODES[level(size)]);
    }

    /** The all-zero tree's node at a level; leaves of 32 bytes are level 0. Shared: do not write to it. */
    public static byte[] node(int level) {
        return NODES[level];
    }

    /** The level at which a tree over {@code size} padded bytes has its root. */
    public static int level(PaddedSize size) {
        return Long.numberOfTrailingZeros(size.bytes() / NodeHasher.NODE);
    }

    private static byte[][] nodes() {
        var hasher = new NodeHasher();
        var nodes = new byte[LEVELS][NodeHasher.NODE];
        for (int level = 1; level < LEVELS; level++) {
            hasher.hash(nodes[level - 1], nodes[level - 1], nodes[level]);
        }
        return nodes;
    }
}
