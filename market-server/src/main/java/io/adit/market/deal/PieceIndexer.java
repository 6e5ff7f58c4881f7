package io.adit.market.deal;

import io.adit.core.state.PieceRecord;

/** Makes the blocks of a piece findable. */
@FunctionalInterface
public interface PieceIndexer {
    /**
     * Indexes every block of the piece's file; on return the index is durable. Indexing a piece again is harmless.
     *
     * @throws io.adit.core.error.AditException of kind NETWORK when the piece is no CAR that can be indexed, of another
     *     kind when it may work later
     */
    void index(PieceRecord piece);
}
