package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Cid;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.market.index.BlockLocation;
import io.adit.market.index.IndexErrorCode;
import io.adit.market.index.IndexStatistics;
import io.adit.market.index.PieceIndexer;
import java.util.List;
import java.util.Optional;

/** What the operator asks of the index of blocks. */
public final class IndexDesk {
    private final StateStore store;
    private final PieceIndexer indexer;

    IndexDesk(StateStore store, PieceIndexer indexer) {
        this.store = store;
        this.indexer = indexer;
    }

    public IndexStatistics statistics() {
        return indexer.index().statistics();
    }

    /** Where the block lies: the pieces that hold it. */
    public List<BlockLocation> find(Cid cid) {
        return indexer.index().lookup(cid.multihash());
    }

    /**
     * Has pieces indexed anew: their blocks are not found until that is done, by durable tasks in the background. A piece of
     * which there is no unsealed copy stays as it is.
     *
     * @param only the piece that is meant; all of them if empty
     * @return pieces that will be indexed
     * @throws AditException {@link IndexErrorCode#INDEX_NO_COPY} if there is no unsealed copy of the one that is meant
     */
    public int build(Optional<Commitment> only) {
        var pieces = store.read(tx -> only.isPresent()
                ? tx.pieces().find(only.get()).stream().toList()
                : tx.pieces().list());
        var here = pieces.stream().filter(piece -> piece.file().isPresent()).toList();
        if (only.isPresent() && here.isEmpty()) {
            throw new AditException(
                    IndexErrorCode.INDEX_NO_COPY,
                    "cannot index piece " + only.get().asUnsealedCid() + ": there is no unsealed copy of it");
        }
        here.forEach(this::build);
        return here.size();
    }

    private void build(PieceRecord piece) {
        // A crash in between is no harm: what the state says is indexed and the index does not is made at the next
        // start.
        var parts = store.read(tx -> tx.subPieces().in(piece.commP()));
        indexer.forget(piece.commP());
        parts.forEach(part -> indexer.forget(part.piece().commP()));
        store.transactVoid(tx -> ReindexTask.enqueue(tx, piece.commP()));
    }
}
