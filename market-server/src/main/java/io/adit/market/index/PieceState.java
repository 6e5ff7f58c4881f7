package io.adit.market.index;

/** How far the index is with a piece. */
public enum PieceState {
    /** Begun and not finished, or forgotten: none of its blocks is found. */
    INDEXING(1),
    /** Every block is found. */
    INDEXED(2),
    /** Not a CAR that can be indexed: served whole, never block by block. */
    REFUSED(3);

    private final byte number;

    PieceState(int number) {
        this.number = (byte) number;
    }

    /** As it is stored. */
    byte number() {
        return number;
    }

    static PieceState of(byte number) {
        for (var state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        // Written by a newer version: index the piece anew rather than trust it.
        return INDEXING;
    }
}
