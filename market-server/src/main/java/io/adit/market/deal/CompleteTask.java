package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.sealing.pipeline.SectorIntake;
import java.util.Optional;
import java.util.UUID;

/**
 * Watches the deal's sector until it is proven and the chain holds the deal as active: a sector may be proven without a
 * published deal that it was meant to carry. A direct deal's piece is a part of what the sector's proof proves.
 */
final class CompleteTask implements TaskHandler {
    static final String KIND = "deal.complete";

    /** The sector's end of sealing wakes the deal; the looks are for what else may become of it. */
    private static final int LOOKS_BETWEEN = 10;

    private final StateStore store;
    private final StoredDeals deals;
    /**
     * Epochs by which a full node's head may be ahead of the chain: one that has lost its clock shows the future, and a deal that is
     * given up for it may yet be activated. Half an hour costs nothing, since its data stays where it is.
     */
    private static final int HEADS_ASTRAY = 60;

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
        return unproven(deal);
    }

    /** A sector that stopped for the operator, or is late, does not bring a deal back whose start is past. */
    private Outcome unproven(DealRecord deal) {
        if (!DirectTerms.isDirect(deal)
                && isPast(deal)
                && !chain.isActive(deal.chainDealId().orElseThrow())) {
            return Outcome.done(tx -> deals.fail(tx, deal.uuid(), notProven(tx, deal)));
        }
        return new Outcome.Later(
                settings.headPoll().multipliedBy(LOOKS_BETWEEN),
                deal.sector().map(SectorIntake::provenSignal).orElse(DealPipeline.HEAD),
                "waits for its sector to be proven");
    }

    /** Whether its start is past for certain, whatever head a full node shows. */
    private boolean isPast(DealRecord deal) {
        return deal.start().plus(settings.confidence() + HEADS_ASTRAY).isBefore(chain.now());
    }

    private Outcome complete(DealRecord deal) {
        return Outcome.done(tx -> {
            deals.change(tx, deal.uuid(), stored -> stored.withCheckpoint(DealCheckpoint.Complete));
            AfterlifeTask.enqueue(tx);
            if (deal.removeUnsealed()) {
                ClearTask.enqueue(tx, deal.uuid());
            }
        });
    }

    private static String notProven(Tx tx, DealRecord deal) {
        var sector = deal.sector().flatMap(tx.sectors()::find);
        return "the deal's sector was not proven before the deal's start at epoch "
                + deal.start().value()
                + sector.map(found -> ": sector " + found.number().value() + " is in " + found.state()
                                + found.error().map(why -> ", " + why).orElse(""))
                        .orElse("");
    }

    private Outcome proven(DealRecord deal) {
        if (DirectTerms.isDirect(deal)) {
            return complete(deal);
        }
        long chainId = deal.chainDealId().orElseThrow();
        if (chain.isActive(chainId)) {
            return complete(deal);
        }
        if (!isPast(deal)) {
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
