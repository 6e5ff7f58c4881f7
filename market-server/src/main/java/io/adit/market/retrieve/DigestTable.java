package io.adit.market.retrieve;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;

/** Digests of 32 bytes, each with a mark, at 48 to 96 bytes for one: public deny lists have hundreds of thousands. */
final class DigestTable {
    private static final int WORDS = 4;
    private static final int SMALLEST = 64;

    private long[] words = new long[SMALLEST * WORDS];
    private BitSet used = new BitSet();
    private BitSet marks = new BitSet();
    private int size;

    /** Puts a digest in; one that is there gets the new mark. */
    void put(byte[] digest, boolean mark) {
        if (3L * (size + 1) > 2L * slots()) {
            grow();
        }
        insert(ByteBuffer.wrap(digest), mark);
    }

    /** The digest's mark; empty if it is not here. */
    Optional<Boolean> get(byte[] digest) {
        var wanted = ByteBuffer.wrap(digest);
        int slot = slot(wanted);
        return used.get(slot) ? Optional.of(marks.get(slot)) : Optional.empty();
    }

    boolean isEmpty() {
        return size == 0;
    }

    private int slots() {
        return words.length / WORDS;
    }

    private void insert(ByteBuffer digest, boolean mark) {
        int slot = slot(digest);
        if (!used.get(slot)) {
            used.set(slot);
            size++;
            for (int i = 0; i < WORDS; i++) {
                words[slot * WORDS + i] = digest.getLong(i * Long.BYTES);
            }
        }
        marks.set(slot, mark);
    }

    /** Where the digest is, or would be. Digests are random: their first bits spread them. */
    private int slot(ByteBuffer digest) {
        int slot = (int) (digest.getLong(0) & (slots() - 1));
        while (used.get(slot) && !isAt(slot, digest)) {
            slot = slot + 1 & slots() - 1;
        }
        return slot;
    }

    private boolean isAt(int slot, ByteBuffer digest) {
        for (int i = 0; i < WORDS; i++) {
            if (words[slot * WORDS + i] != digest.getLong(i * Long.BYTES)) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        var oldWords = words;
        var oldUsed = used;
        var oldMarks = marks;
        words = new long[oldWords.length * 2];
        used = new BitSet();
        marks = new BitSet();
        size = 0;
        var digest = ByteBuffer.allocate(WORDS * Long.BYTES);
        for (int slot = oldUsed.nextSetBit(0); slot >= 0; slot = oldUsed.nextSetBit(slot + 1)) {
            for (int i = 0; i < WORDS; i++) {
                digest.putLong(i * Long.BYTES, oldWords[slot * WORDS + i]);
            }
            insert(digest, oldMarks.get(slot));
        }
    }
}
