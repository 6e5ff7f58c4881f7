package io.adit.market.deal;

import io.adit.core.fil.Commitment;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Indexes a piece anew that the state says is indexed while the index does not have it, since the index was lost or the operator wants it. */
final class ReindexTask implements TaskHandler {
    static final String KIND = "piece.reindex";

    private static final Logger LOG = LoggerFactory.getLogger(ReindexTask.class);

    private final StateStore store;
    private final Indexing indexing;

    ReindexTask(StateStore store, Indexing indexing) {
        this.store = store;
        this.indexing = indexing;
    }

    /** Asks for every piece that the index lacks, of which there is an unsealed copy. */
    static void enqueueLost(StateStore store, Indexing indexing) {
        var lost = indexing.lost();
        if (!lost.isEmpty()) {
            LOG.warn("The index lacks {} pieces; they are indexed again", lost.size());
            store.transactVoid(tx -> lost.forEach(piece -> enqueue(tx, piece)));
        }
    }

    static void enqueue(Tx tx, Commitment piece) {
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
        var commP = Commitment.fromHex(task.key());
        boolean some = store.read(tx -> tx.pieces().find(commP))
                .filter(piece -> piece.file().isPresent())
                .filter(indexing::index)
                .isPresent();
        if (some) {
            store.transactVoid(tx -> tx.pieces()
                    .find(commP)
                    .filter(piece -> !piece.indexed())
                    .ifPresent(piece -> tx.pieces().update(piece.withIndexed(true))));
        }
        return Outcome.done();
    }
}
