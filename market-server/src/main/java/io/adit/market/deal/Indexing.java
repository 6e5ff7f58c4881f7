package io.adit.market.deal;

import io.adit.core.fil.Commitment;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.SubPieceRecord;
import io.adit.core.state.Tx;
import io.adit.market.index.IndexOutcome;
import io.adit.market.index.PieceIndexer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pieces in the index of blocks. An aggregate has no blocks of its own: the CARs in it are indexed, each under its own name, and
 * it counts as indexed when they are.
 */
final class Indexing {
    private static final Logger LOG = LoggerFactory.getLogger(Indexing.class);

    private final StateStore store;
    private final PieceIndexer indexer;

    Indexing(StateStore store, PieceIndexer indexer) {
        this.store = store;
        this.indexer = indexer;
    }

    /** Indexes a piece; false if nothing in it can be. What was indexed before is left as it is. */
    boolean index(PieceRecord piece) {
        var parts = store.read(tx -> tx.subPieces().in(piece.commP()));
        if (parts.isEmpty()) {
            return isTaken(piece.commP(), indexer.index(piece));
        }
        var file = piece.file().orElseThrow();
        boolean some = false;
        for (var part : cars(parts)) {
            some |= isTaken(
                    part.piece().commP(), indexer.index(part.piece().commP(), file, part.offset(), part.rawSize()));
        }
        return some;
    }

    private static List<SubPieceRecord> cars(List<SubPieceRecord> parts) {
        return parts.stream().filter(SubPieceRecord::car).toList();
    }

    private static boolean isTaken(Commitment piece, IndexOutcome outcome) {
        if (outcome instanceof IndexOutcome.Refused refused) {
            LOG.warn(
                    "Piece {} cannot be indexed and is served whole only: {}", piece.asUnsealedCid(), refused.reason());
            return false;
        }
        return true;
    }

    /** The pieces that the state says are indexed while the index has never heard of them, or of what they hold. */
    List<Commitment> lost() {
        var indexed = store.read(tx -> tx.pieces().list()).stream()
                .filter(piece -> piece.indexed() && piece.file().isPresent())
                .map(PieceRecord::commP)
                .toList();
        var lost = new ArrayList<Commitment>();
        for (var piece : indexed) {
            var parts = cars(store.read(tx -> tx.subPieces().in(piece)));
            boolean known = parts.isEmpty()
                    ? indexer.isIndexed(piece)
                    : parts.stream()
                            .allMatch(part -> indexer.hasDecided(part.piece().commP()));
            if (!known) {
                lost.add(piece);
            }
        }
        return lost;
    }

    /** Takes a piece's blocks out of the index, and those of the pieces in it that are nowhere else. */
    void forget(Tx tx, Commitment piece) {
        indexer.forget(piece);
        for (var part : cars(tx.subPieces().in(piece))) {
            if (!isElsewhere(tx, part)) {
                indexer.forget(part.piece().commP());
            }
        }
    }

    private static boolean isElsewhere(Tx tx, SubPieceRecord part) {
        var own = tx.pieces().find(part.piece().commP()).flatMap(PieceRecord::file);
        return own.isPresent() || tx.subPieces().isStoredBeside(part.piece().commP(), part.parent());
    }
}
