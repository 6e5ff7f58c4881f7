package io.adit.market.retrieve;

import io.adit.core.fil.Commitment;
import java.util.HashSet;
import java.util.Set;

/**
 * Look-ups that are made one after the other, and what they have taken. A piece of which there was no copy is not asked for again;
 * so that a search is over soon, and a new one is begun for what comes later. Not for use by several threads.
 */
public final class Search {
    private final int mostCopies;
    private final Set<Commitment> absent = new HashSet<>();
    private long entries;
    private long copies;

    /** @param mostCopies pieces in which one block is looked for, where those before have no copy */
    public Search(int mostCopies) {
        this.mostCopies = mostCopies;
    }

    /** Entries of the index that were looked at, those of pieces that were forgotten among them. */
    public long entries() {
        return entries;
    }

    /** Pieces that were looked for in the database, and opened where they were there. */
    public long copies() {
        return copies;
    }

    int mostCopies() {
        return mostCopies;
    }

    void looked(int count) {
        entries += count;
    }

    void tried() {
        copies++;
    }

    boolean isAbsent(Commitment piece) {
        return absent.contains(piece);
    }

    void absent(Commitment piece) {
        absent.add(piece);
    }
}
