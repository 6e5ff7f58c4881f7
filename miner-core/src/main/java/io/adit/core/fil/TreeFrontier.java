package io.adit.core.fil;

/**
 * The right-hand edge of a binary tree that is built from left to right: at most one finished node waits at each level
 * for its right sibling. Sixty nodes whatever the size of the tree. Not thread-safe.
 */
final class TreeFrontier {
    private final NodeHasher hasher;
    private final byte[][] waiting = new byte[ZeroCommitments.LEVELS][NodeHasher.NODE];
    private final boolean[] present = new boolean[ZeroCommitments.LEVELS];
    private final byte[] carry = new byte[NodeHasher.NODE];

    TreeFrontier(NodeHasher hasher) {
        this.hasher = hasher;
    }

    /** Appends a node; whatever was appended before must fill a multiple of the node's width. */
    void append(int level, byte[] nodes, int offset) {
        System.arraycopy(nodes, offset, carry, 0, NodeHasher.NODE);
        int at = level;
        while (present[at]) {
            present[at] = false;
            hasher.hash(waiting[at], carry, carry);
            at++;
        }
        System.arraycopy(carry, 0, waiting[at], 0, NodeHasher.NODE);
        present[at] = true;
    }

    /** The root at {@code height}, the rest of the tree taken as zeros. The frontier is of no use afterwards. */
    byte[] root(int height) {
        boolean carrying = false;
        for (int level = 0; level < height; level++) {
            var zero = ZeroCommitments.node(level);
            if (present[level]) {
                hasher.hash(waiting[level], carrying ? carry : zero, carry);
                carrying = true;
            } else if (carrying) {
                hasher.hash(carry, zero, carry);
            }
        }
        if (carrying) {
            return carry.clone();
        }
        return present[height]
                ? waiting[height].clone()
                : ZeroCommitments.node(height).clone();
    }
}
