package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import java.util.Optional;
import java.util.UUID;

/**
 * Watches the deal's sector until it is proven and the chain holds the deal as active: a sector may be proven without a
 * deal that it was meant to carry.
 */
final class CompleteTask implements TaskHandler {
    static final String KIND = "deal.complete";

    private final StateStore store;
    private final StoredDeals deals;
    private final MarketChain chain;
    private final DealSettings settings;

    CompleteTask(StateStore store, StoredDeals deals, MarketChain chain, DealSettings settings) {
        this.store = store;
        this.deals = deals;
        this.chain = chain;
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
        var deal = store.read(tx -> StoredDeals.get(tx, uuid));
        if (StoredDeals.failed(deal)) {
            return Outcome.done(tx -> ClearTask.enqueue(tx, uuid));
        }
        var state = store.read(tx -> deal.sector().flatMap(tx.sectors()::find).map(SectorRecord::state));
        if (state.equals(Optional.of(SectorState.Proving))) {
            return proven(deal);
        }
        if (state.equals(Optional.of(SectorState.FailedUnrecoverable))
                || state.equals(Optional.of(SectorState.Removed))) {
            return Outcome.done(
                    tx -> deals.fail(tx, uuid, "the deal's sector was lost before it was proven: " + state.get()));
        }
        return new Outcome.Later(settings.headPoll(), DealPipeline.HEAD, "waits for its sector to be proven");
    }

    private Outcome proven(DealRecord deal) {
        long chainId = deal.chainDealId().orElseThrow();
        if (chain.isActive(chainId)) {
            return Outcome.done(tx -> {
                deals.change(tx, deal.uuid(), stored -> stored.withCheckpoint(DealCheckpoint.Complete));
                if (deal.removeUnsealed()) {
                    ClearTask.enqueue(tx, deal.uuid());
                }
            });
        }
        if (chain.now().isBefore(deal.start())) {
            return new Outcome.Later(
                    settings.headPoll(), DealPipeline.HEAD, "waits for the chain to activate the deal");
        }
        return Outcome.done(tx -> deals.fail(
                tx,
                deal.uuid(),
                "the deal's sector is proven without the deal: the chain did not activate deal " + chainId
                        + " before its start at epoch " + deal.start().value()));
    }
}
