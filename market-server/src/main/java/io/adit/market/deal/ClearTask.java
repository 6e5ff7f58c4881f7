package io.adit.market.deal;

import io.adit.core.fil.Commitment;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
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
 * copy and the sector is proven; and no other deal with the same data wants it.
 */
final class ClearTask implements TaskHandler {
    static final String KIND = "deal.clear";

    /** Until then sealing may read the piece's file. */
    private static final Set<SectorState> READING =
            Set.of(SectorState.WaitDeals, SectorState.AddPiece, SectorState.Packing, SectorState.AddPieceFailed);

    private final StateStore store;
    private final PieceFiles files;
    private final DealSettings settings;

    ClearTask(StateStore store, PieceFiles files, DealSettings settings) {
        this.store = store;
        this.files = files;
        this.settings = settings;
    }

    static void enqueue(Tx tx, UUID deal) {
        tx.tasks().enqueue(new NewTask(KIND, deal.toString(), "{}", TaskPriority.BACKGROUND));
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

    /** Inside the transaction, so that no deal for the same data is accepted meanwhile. */
    private void clear(Tx tx, DealRecord deal) {
        if (isWanted(tx, deal.piece().commP())) {
            return;
        }
        try {
            files.remove(deal.piece());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "removing the unsealed copy of " + deal.piece().pieceCidV1(), e);
        }
        tx.pieces()
                .find(deal.piece().commP())
                .filter(piece -> piece.file().isPresent())
                .ifPresent(piece -> tx.pieces().update(piece.withFile(Optional.empty())));
    }

    private static boolean isWanted(Tx tx, Commitment piece) {
        return tx.deals().list().stream()
                .filter(deal -> deal.piece().commP().equals(piece) && !StoredDeals.failed(deal))
                .anyMatch(deal -> deal.checkpoint() != DealCheckpoint.Complete || !deal.removeUnsealed());
    }
}
