package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.state.PieceRecord;
import io.adit.market.index.IndexOutcome;

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

    /** The block index as deals see it. */
    static PieceIndexer over(io.adit.market.index.PieceIndexer index) {
        return piece -> {
            if (index.index(piece) instanceof IndexOutcome.Refused refused) {
                throw new AditException(
                        refused.code(), "indexing piece " + piece.commP().asUnsealedCid() + ": " + refused.reason());
            }
        };
    }
}
