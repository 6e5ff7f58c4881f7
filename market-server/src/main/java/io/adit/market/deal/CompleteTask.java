package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import java.util.Optional;
import java.util.UUID;

/** Watches the deal's sector until it is proven. */
final class CompleteTask implements TaskHandler {
    static final String KIND = "deal.complete";

    private final StateStore store;
    private final StoredDeals deals;
    private final DealSettings settings;

    CompleteTask(StateStore store, StoredDeals deals, DealSettings settings) {
        this.store = store;
        this.deals = deals;
        this.settings = settings;
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
                StoredDeals.get(tx, uuid).sector().flatMap(tx.sectors()::find).map(sector -> sector.state()));
        if (state.equals(Optional.of(SectorState.Proving))) {
            return Outcome.done(tx -> deals.change(tx, uuid, deal -> deal.withCheckpoint(DealCheckpoint.Complete)));
        }
        if (state.equals(Optional.of(SectorState.FailedUnrecoverable))
                || state.equals(Optional.of(SectorState.Removed))) {
            return Outcome.done(
                    tx -> deals.fail(tx, uuid, "the deal's sector was lost before it was proven: " + state.get()));
        }
        return new Outcome.Later(settings.headPoll(), DealPipeline.HEAD, "waits for its sector to be proven");
    }
}
