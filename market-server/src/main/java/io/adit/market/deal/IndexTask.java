package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import java.util.UUID;

/**
 * Makes a deal's blocks findable. A piece that is no CAR is stored and proven all the same: its index is left out and the
 * deal goes on.
 */
final class IndexTask implements TaskHandler {
    static final String KIND = "deal.index";

    private final StateStore store;
    private final StoredDeals deals;
    private final Indexing indexing;

    IndexTask(StateStore store, StoredDeals deals, Indexing indexing) {
        this.store = store;
        this.deals = deals;
        this.indexing = indexing;
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
        var uuid = UUID.fromString(task.key());
        if (StoredDeals.failed(store.read(tx -> StoredDeals.get(tx, uuid)))) {
            return Outcome.done(tx -> ClearTask.enqueue(tx, uuid));
        }
        var piece = store.read(tx ->
                tx.pieces().find(StoredDeals.get(tx, uuid).piece().commP()).orElseThrow());
        boolean indexed = piece.indexed() || index(uuid, piece);
        return Outcome.done(tx -> {
            if (indexed) {
                var stored = tx.pieces().find(piece.commP()).orElseThrow();
                tx.pieces().update(stored.withIndexed(true));
            }
            deals.change(tx, uuid, deal -> deal.withCheckpoint(DealCheckpoint.IndexedAndAnnounced));
            tx.tasks().enqueue(new NewTask(CompleteTask.KIND, task.key(), "{}", TaskPriority.BACKGROUND));
        });
    }

    private boolean index(UUID uuid, PieceRecord piece) {
        var deal = store.read(tx -> StoredDeals.get(tx, uuid));
        boolean wanted =
                !DirectTerms.isDirect(deal) || DirectTerms.of(deal).retrieval().indexing();
        return wanted && indexing.index(piece);
    }
}
