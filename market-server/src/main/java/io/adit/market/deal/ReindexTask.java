package io.adit.market.deal;

import io.adit.core.fil.Commitment;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import io.adit.market.index.IndexOutcome;
import io.adit.market.index.PieceIndexer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Indexes a piece anew that the state says is indexed while the index does not have it: the index was lost. */
final class ReindexTask implements TaskHandler {
    static final String KIND = "piece.reindex";

    private static final Logger LOG = LoggerFactory.getLogger(ReindexTask.class);

    private final StateStore store;
    private final PieceIndexer indexer;

    ReindexTask(StateStore store, PieceIndexer indexer) {
        this.store = store;
        this.indexer = indexer;
    }

    /** Asks for every piece that the index lacks, of which there is an unsealed copy. */
    static void enqueueLost(StateStore store, PieceIndexer indexer) {
        var lost = store.read(tx -> tx.pieces().list()).stream()
                .filter(piece -> piece.indexed() && piece.file().isPresent() && !indexer.isIndexed(piece.commP()))
                .map(PieceRecord::commP)
                .toList();
        if (!lost.isEmpty()) {
            LOG.warn("The index lacks {} pieces; they are indexed again", lost.size());
            store.transactVoid(tx -> lost.forEach(piece -> enqueue(tx, piece)));
        }
    }

    private static void enqueue(Tx tx, Commitment piece) {
        if (!tx.tasks().enqueue(new NewTask(KIND, piece.toHex(), "{}", TaskPriority.BACKGROUND))) {
            tx.tasks().retry(KIND, piece.toHex());
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public RetryPolicy retry() {
        return RetryPolicy.persistent();
    }

    @Override
    public Outcome run(Task task, TaskContext context) {
        var piece = store.read(tx -> tx.pieces().list()).stream()
                .filter(known ->
                        known.commP().toHex().equals(task.key()) && known.file().isPresent())
                .findFirst();
        if (piece.isPresent() && indexer.rebuild(piece.get()) instanceof IndexOutcome.Refused refused) {
            LOG.warn("Piece {} cannot be indexed again: {}", task.key(), refused.reason());
        }
        return Outcome.done();
    }
}
