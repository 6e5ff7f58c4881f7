package io.adit.market.deal;

import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.filter.DealFilters;
import io.adit.market.filter.FilterAnswer.Accept;
import io.adit.market.filter.FilterAnswer.None;
import io.adit.market.filter.FilterAnswer.Reject;
import io.adit.market.filter.FilterQuestion;
import io.adit.market.filter.FilterQuestion.Money;
import io.adit.market.filter.FilterQuestion.Room;
import io.adit.market.filter.FilterQuestion.Stages;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Asks the operator's filters about a deal, and tells them how the provider stands. */
final class FilterDesk {
    private static final Set<DealCheckpoint> AWAITED = EnumSet.of(DealCheckpoint.Accepted);
    private static final Set<DealCheckpoint> PUBLISHING =
            EnumSet.of(DealCheckpoint.Transferred, DealCheckpoint.Published);
    private static final Set<DealCheckpoint> SEALING =
            EnumSet.of(DealCheckpoint.PublishConfirmed, DealCheckpoint.AddedPiece, DealCheckpoint.IndexedAndAnnounced);

    private final StateStore store;
    private final MarketChain chain;
    private final DealFilters filters = new DealFilters();

    FilterDesk(StateStore store, MarketChain chain) {
        this.store = store;
        this.chain = chain;
    }

    private record Stored(Stages stages, Room room, Map<SectorState, Integer> sectors) {}

    /** Why the deal is not to be taken; empty if it may be. */
    Optional<Rejected> objection(DealParams deal, DealTerms terms) {
        return switch (filters.ask(terms.filters(), question(deal, terms))) {
            case Accept accept -> Optional.empty();
            case Reject reject ->
                Optional.of(Rejected.of(
                        RejectionCode.FILTER_REJECTED,
                        "a deal that the operator's filter takes",
                        reject.reason().isEmpty()
                                ? "one that it does not take, without saying why"
                                : "one of which it says: " + reject.reason()));
            // What is wrong with the filter is told to the operator, in the log.
            case None none ->
                Optional.of(Rejected.of(
                        RejectionCode.NOT_READY,
                        "judged by the operator's filter",
                        "a provider whose filter does not answer"));
        };
    }

    private FilterQuestion question(DealParams deal, DealTerms terms) {
        var stored = store.read(tx -> stored(tx, terms));
        var worker = chain.workerKey();
        // The collateral of deals under way is put into escrow with the batch that publishes them; nothing is set
        // aside.
        var money = new Money(chain.marketBalance(chain.miner()), TokenAmount.ZERO, worker, chain.balance(worker));
        return new FilterQuestion(deal, chain.miner(), money, stored.room(), stored.stages(), stored.sectors());
    }

    private static Stored stored(Tx tx, DealTerms terms) {
        var awaited = tx.deals().totals(AWAITED);
        var publishing = tx.deals().totals(PUBLISHING);
        var sealing = tx.deals().totals(SEALING);
        return new Stored(
                new Stages(awaited.deals(), publishing.deals(), sealing.deals()),
                new Room(
                        terms.maxStagingBytes(),
                        awaited.transferBytes(),
                        publishing.transferBytes() + sealing.transferBytes()),
                tx.sectors().count(EnumSet.allOf(SectorState.class)));
    }
}
