package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Removes the unsealed copy of a deal's piece when nobody needs it any more: the deal failed, or its client asked for no
 * copy and the sector is proven, or the deal has ended; and no other deal with the same data wants it.
 */
final class ClearTask implements TaskHandler {
    static final String KIND = "deal.clear";

    /** Until then sealing may read the piece's file. */
    private static final Set<SectorState> READING =
            Set.of(SectorState.WaitDeals, SectorState.AddPiece, SectorState.Packing, SectorState.AddPieceFailed);

    private final StateStore store;
    private final PieceFiles files;
    private final Indexing indexing;
    private final DealSettings settings;

    ClearTask(StateStore store, PieceFiles files, Indexing indexing, DealSettings settings) {
        this.store = store;
        this.files = files;
        this.indexing = indexing;
        this.settings = settings;
    }

    static void enqueue(Tx tx, UUID deal) {
        if (!tx.tasks().enqueue(new NewTask(KIND, deal.toString(), "{}", TaskPriority.BACKGROUND))) {
            // It ran when the deal's sector was proven; now the deal has ended.
            tx.tasks().retry(KIND, deal.toString());
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
        var uuid = UUID.fromString(task.key());
        var state = store.read(tx ->
                StoredDeals.get(tx, uuid).sector().flatMap(tx.sectors()::find).map(SectorRecord::state));
        if (state.filter(READING::contains).isPresent()) {
            return new Outcome.Later(settings.headPoll(), DealPipeline.HEAD, "waits until sealing has read the piece");
        }
        return Outcome.done(tx -> clear(tx, StoredDeals.get(tx, uuid)));
    }

    /**
     * Inside the transaction, and with the piece's row taken before anything is read: a deal for the same data that goes on
     * with the file writes that row too, so that either it is seen here or it finds the file gone and fetches it again. Without
     * that two transactions of PostgreSQL would not see each other.
     */
    private void clear(Tx tx, DealRecord deal) {
        var piece = deal.piece().commP();
        if (tx.pieces().find(piece).isEmpty() && files.find(deal.piece()).isEmpty()) {
            return;
        }
        var stored = taken(tx, deal);
        var needed = tx.deals().needing(piece);
        if (needed.stream()
                .anyMatch(other -> other.checkpoint() != DealCheckpoint.Complete || !other.removeUnsealed())) {
            return;
        }
        try {
            files.remove(deal.piece());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "removing the unsealed copy of " + deal.piece().pieceCidV1(), e);
        }
        if (needed.isEmpty()) {
            indexing.forget(tx, piece);
        }
        tx.pieces().update(stored.withFile(Optional.empty()).withIndexed(stored.indexed() && !needed.isEmpty()));
    }

    /**
     * The piece's row, written here; also where there is none, as of a deal that failed before its data was noted. What the row
     * says of the size is only the failed deal's word: without a file nobody takes it for true, see {@link HeldPiece}, and with
     * one the size comes that was checked.
     */
    private static PieceRecord taken(Tx tx, DealRecord deal) {
        var none = new PieceRecord(
                deal.piece().commP(),
                deal.piece().size(),
                deal.transferSize(),
                Optional.empty(),
                Optional.empty(),
                false,
                deal.updatedAt(),
                deal.updatedAt(),
                0);
        return tx.pieces().insertIfAbsent(none)
                ? none
                : tx.pieces().update(tx.pieces().find(none.commP()).orElseThrow());
    }
}
