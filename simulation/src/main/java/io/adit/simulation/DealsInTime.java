package io.adit.simulation;

import io.adit.chain.node.MarketDeal;
import io.adit.chain.type.TipSetKey;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * An acknowledged deal ends active on the chain before its start, or failed with words that say why. One with a sound client
 * does not fail when nothing stood between the provider and the chain for long enough; and once its start is past, no deal is
 * left open.
 */
final class DealsInTime implements Invariant {
    /**
     * Undisturbed epochs in which a deal gets from its acceptance into a proven sector: 25 until its publishing is believed,
     * 15 for others that share its sector, and what a sector takes.
     */
    static final long FAIR_CHANCE = 110;

    /** Undisturbed epochs after its start in which the node has to see what became of a deal. */
    static final long TO_NOTICE = 20;

    /** For one that is in a sector: for 60 epochs the node believes no head that its start is past, which might be of the future. */
    static final long TO_NOTICE_IN_A_SECTOR = 90;

    private final Breaches breaches;
    private final StateStore store;
    private final World world;
    private final Supplier<List<ClientDeal>> deals;
    private final FairEpochs fair;
    private final BooleanSupplier operatorCancelled;
    private final long solventFrom;
    private final LongSupplier epoch;
    private final Coverage coverage;
    private int accepted;
    private int activated;
    private int failed;

    /**
     * Of a world's deals.
     *
     * @param operatorCancelled whether the operator gave up any message
     * @param solventFrom the epoch from which on the worker has money
     */
    DealsInTime(
            Breaches breaches,
            StateStore store,
            World world,
            Supplier<List<ClientDeal>> deals,
            FairEpochs fair,
            BooleanSupplier operatorCancelled,
            long solventFrom,
            Coverage coverage) {
        this.breaches = breaches;
        this.store = store;
        this.world = world;
        this.deals = deals;
        this.fair = fair;
        this.operatorCancelled = operatorCancelled;
        this.solventFrom = solventFrom;
        this.epoch = world.devnet()::epoch;
        this.coverage = coverage;
    }

    @Override
    public void over() {
        deals.get().stream().filter(ClientDeal::isAccepted).forEach(this::judge);
    }

    private void judge(ClientDeal deal) {
        accepted++;
        var found = store.read(tx -> tx.deals().find(deal.params().uuid()));
        if (found.isEmpty()) {
            // Said by another invariant.
            return;
        }
        var stored = found.get();
        if (stored.error().isPresent()) {
            failed++;
            coverage.saw("deals failed: " + kind(stored.error().get()));
            judgeFailed(deal, stored.error().get());
            if (isActive(stored)) {
                breaches.report(
                        getClass(),
                        deal.words() + " counts as failed and is active: "
                                + stored.error().get());
            }
        } else if (isActive(stored)) {
            activated++;
        } else {
            judgeOpen(deal, stored);
        }
    }

    /** What came of it without what is different from deal to deal. */
    private static String kind(String why) {
        var words =
                why.split("[:;(]", 2)[0].replaceAll("[0-9a-f-]{8,}|\\d+", "N").strip();
        return words.length() > 60 ? words.substring(0, 60) : words;
    }

    private void judgeFailed(ClientDeal deal, String why) {
        if (why.isBlank()) {
            breaches.report(getClass(), deal.words() + " failed and does not say why");
        }
        if (deal.wish().way().isSound() && hadItsChance(deal) && !operatorCancelled.getAsBoolean()) {
            breaches.report(getClass(), deal.words() + " failed although nothing stood in its way: " + why);
        }
    }

    private boolean hadItsChance(ClientDeal deal) {
        long since = Math.max(solventFrom, deal.acceptedAt().orElseThrow());
        return fair.longestRun(since, deal.start().value()) >= FAIR_CHANCE;
    }

    private void judgeOpen(ClientDeal deal, DealRecord stored) {
        boolean complete = stored.checkpoint() == DealCheckpoint.Complete;
        boolean noticed = fair.longestRun(deal.start().value(), epoch.getAsLong())
                >= (stored.checkpoint() == DealCheckpoint.IndexedAndAnnounced ? TO_NOTICE_IN_A_SECTOR : TO_NOTICE);
        if (complete && noticed) {
            breaches.report(getClass(), deal.words() + " counts as complete and is not active on the chain");
        } else if (noticed) {
            breaches.report(
                    getClass(),
                    deal.words() + " is still " + stored.checkpoint() + " at epoch " + epoch.getAsLong()
                            + " although its start, epoch " + deal.start().value() + ", is past");
        } else {
            coverage.saw("deals under way at the end");
        }
    }

    /** Asked of the chain: a sector holds it since an epoch that is not after its start. */
    private boolean isActive(DealRecord stored) {
        return Optional.of(stored)
                .filter(deal -> deal.chainDealId().isPresent())
                .flatMap(deal ->
                        world.node().stateMarketStorageDeal(deal.chainDealId().orElseThrow(), TipSetKey.EMPTY))
                .filter(MarketDeal::isActive)
                .filter(deal -> deal.proposal().pieceCid().equals(stored.piece().pieceCidV1()))
                .filter(deal -> !stored.start().isBefore(deal.state().sectorStartEpoch()))
                .isPresent();
    }

    DealCounts counts() {
        return new DealCounts(accepted, activated, failed);
    }
}
