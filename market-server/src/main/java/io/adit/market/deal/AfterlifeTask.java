package io.adit.market.deal;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.SettleDealPaymentsParams;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealEnd;
import io.adit.core.state.DealEnd.Ending;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows deals after their sectors are proven, all in one task that never ends: settles what their clients owe (FIP-0074), sees
 * on the chain when they expire or are slashed, writes it down and lets go of their pieces.
 *
 * <p>The market actor forgets a deal when it is settled after its end, and at once when its sector ends too early. So a deal that
 * is gone at the epoch before its end was slashed, and one that is there after its end still has to be settled. Of a direct deal it knows
 * nothing: that ends with its sector, and is lost with it. Before a deal has ended its end is final on the chain.
 */
final class AfterlifeTask implements TaskHandler {
    static final String KIND = "deal.afterlife";

    private static final Logger LOG = LoggerFactory.getLogger(AfterlifeTask.class);
    private static final String KEY = "all";
    private static final String LOOK = "deal.afterlife.look";
    /** What the operator has ended, or is about to. */
    private static final Set<SectorState> TERMINATED = EnumSet.of(
            SectorState.Terminating, SectorState.TerminateFinality, SectorState.Removing, SectorState.Removed);

    private final StateStore store;
    private final MarketChain chain;
    private final MessageOutbox outbox;
    private final DealSettings settings;

    AfterlifeTask(StateStore store, MarketChain chain, MessageOutbox outbox, DealSettings settings) {
        this.store = store;
        this.chain = chain;
        this.outbox = outbox;
        this.settings = settings;
    }

    /** Begins to follow deals, once there is one that is active; does nothing if that has begun. */
    static void enqueue(Tx tx) {
        tx.tasks().enqueue(new NewTask(KIND, KEY, "{}", TaskPriority.BACKGROUND));
    }

    /** A deal as both sides know it. */
    private record Seen(DealRecord deal, Optional<MarketDeal> onChain) {
        long id() {
            return deal.chainDealId().orElseThrow();
        }

        /** Epochs that nobody has paid for. */
        long unpaid(Epoch now) {
            var state = onChain.orElseThrow().state();
            var from = Math.max(deal.start().value(), state.lastUpdatedEpoch().value());
            return Math.min(now.value(), deal.end().value()) - from;
        }

        boolean isOver(Epoch now) {
            return !now.isBefore(deal.end());
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
        var settlement = store.read(tx -> Settlement.read(tx.meta()));
        try {
            if (settlement.underWay()) {
                if (!isKnown(settlement)) {
                    return waitsForTheChain(settlement);
                }
                store.transactVoid(tx -> settlement.over().write(tx.meta()));
                // Not at once: a message that settles nothing must not be followed by another without a pause.
                return new Outcome.Later(settings.afterlife().look(), LOOK, "has settled, and looks again");
            }
            return follow(settlement);
        } catch (AditException e) {
            if (e.kind() == ErrorKind.BUG) {
                throw e;
            }
            LOG.warn("Following active deals waits: {}", e.getMessage());
            return new Outcome.Later(settings.afterlife().look(), DealPipeline.HEAD, e.code() + ": " + e.getMessage());
        }
    }

    private Outcome waitsForTheChain(Settlement settlement) {
        return new Outcome.Later(
                settings.headPoll(),
                DealPipeline.HEAD,
                "waits for SettleDealPayments of " + settlement.deals().size() + " deals on the chain");
    }

    /** Sends the message, if it was not, and asks what became of it. Each deal shows by itself whether it was settled. */
    private boolean isKnown(Settlement settlement) {
        try {
            outbox.send(intent(settlement));
            var found = outbox.found(settlement.messageKey(), settings.confidence());
            found.filter(lookup -> lookup.receipt().exitCode() != 0)
                    .ifPresent(lookup -> LOG.warn(
                            "SettleDealPayments of {} deals failed with exit code {}",
                            settlement.deals().size(),
                            lookup.receipt().exitCode()));
            return found.isPresent();
        } catch (AditException e) {
            if (e.code() == MessageErrorCode.MESSAGE_CANCELLED || e.code() == MessageErrorCode.MESSAGE_NONCE_TAKEN) {
                return true;
            }
            throw e;
        }
    }

    private MessageIntent intent(Settlement settlement) {
        return new MessageIntent(
                settlement.messageKey(),
                chain.workerKey(),
                Actor.MARKET,
                TokenAmount.ZERO,
                MarketMethod.SETTLE_DEAL_PAYMENTS.number(),
                new SettleDealPaymentsParams(BitField.of(settlement.deals())).toCbor(),
                settings.maxFee(),
                MessagePriority.DEAL);
    }

    private Outcome follow(Settlement last) {
        var at = chain.deepKey(settings.confidence());
        var now = chain.heightOf(at);
        var living = new ArrayList<Seen>();
        var sectors = new Sectors(at, now);
        for (var deal : store.read(tx -> tx.deals().living())) {
            var seen = deal.chainDealId().stream()
                    .mapToObj(id -> new Seen(deal, chain.deal(id, at)))
                    .findFirst();
            var end = seen.map(known -> end(known, at, now)).orElseGet(() -> directEnd(deal, sectors));
            if (end.isPresent()) {
                store.transactVoid(tx -> end(tx, deal, end.get()));
            } else {
                // What the chain does not show, and not finally, can neither be settled nor ended.
                seen.filter(known -> known.onChain().isPresent()).ifPresent(living::add);
            }
        }
        sectors.writeUnknown();
        var due = due(living, now);
        if (due.isEmpty()) {
            return new Outcome.Later(settings.afterlife().look(), LOOK, "follows " + living.size() + " active deals");
        }
        var next = last.next(due);
        store.transactVoid(tx -> next.write(tx.meta()));
        outbox.send(intent(next));
        return waitsForTheChain(next);
    }

    /** A deal that the market actor does not know lasts as long as was agreed, unless its sector ends before. */
    private Optional<DealEnd> directEnd(DealRecord deal, Sectors sectors) {
        var now = sectors.now;
        if (!now.isBefore(deal.end())) {
            return Optional.of(new DealEnd(Ending.EXPIRED, deal.end()));
        }
        if (early(deal) == Ending.TERMINATED) {
            return Optional.of(new DealEnd(Ending.TERMINATED, now));
        }
        return sectors.haveLost(deal) ? Optional.of(new DealEnd(Ending.LOST, now)) : Optional.empty();
    }

    /**
     * The miner's sectors on the chain, asked for once in a look, and only if there is a direct deal. What is not there proves
     * nothing: an answer that is cut short looks like that. A sector has ended where the chain says so, finally.
     */
    private final class Sectors {
        private final TipSetKey at;
        private final Epoch now;
        private final Set<UUID> unknown = new HashSet<>();
        private Optional<MinerSectors> near = Optional.empty();
        private Optional<MinerSectors> deep = Optional.empty();
        private boolean failed;

        Sectors(TipSetKey at, Epoch now) {
            this.at = at;
            this.now = now;
        }

        /** Whether the deal's sector has ended. A node that cannot tell holds up nothing else; the next look asks again. */
        boolean haveLost(DealRecord deal) {
            if (failed) {
                return false;
            }
            try {
                return isLost(deal);
            } catch (AditException e) {
                if (e.kind() == ErrorKind.BUG) {
                    throw e;
                }
                failed = true;
                LOG.warn("Looking for the sectors of direct deals waits: {}", e.getMessage());
                return false;
            }
        }

        private boolean isLost(DealRecord deal) {
            var sector = deal.sector().orElseThrow();
            if (near.isEmpty()) {
                near = Optional.of(chain.sectors(at));
            }
            if (near.get().lives(sector)) {
                return false;
            }
            if (deep.isEmpty()) {
                deep = Optional.of(chain.sectors(chain.finalKey(at)));
            }
            // Compacted since, it is no longer in the one; that it has ended the other still says.
            if (deep.get().hasEnded(sector)) {
                return true;
            }
            if (!near.get().hasEnded(sector) && !deep.get().lives(sector) && mustBeThere(sector)) {
                unknown.add(deal.uuid());
            }
            return false;
        }

        private boolean mustBeThere(SectorNumber sector) {
            return store.read(tx -> tx.sectors().find(sector))
                    .flatMap(SectorRecord::activation)
                    .filter(proven -> !proven.plus(MarketChain.FINALITY).isBefore(now))
                    .isEmpty();
        }

        /** Writes down for the operator of which deals the chain knows no sector, unless this look could not tell. */
        void writeUnknown() {
            var before = store.read(tx -> UnknownSectors.read(tx.meta()));
            var after = new UnknownSectors(unknown);
            if (failed || after.equals(before)) {
                return;
            }
            store.transactVoid(tx -> after.write(tx.meta()));
            unknown.stream()
                    .filter(deal -> !before.holds(deal))
                    .forEach(deal -> LOG.warn("Direct deal {}: {}", deal, UnknownSectors.MEANING));
        }
    }

    private Optional<DealEnd> end(Seen seen, TipSetKey at, Epoch now) {
        var slashed = seen.onChain().map(deal -> deal.state().slashEpoch()).filter(epoch -> epoch.value() >= 0);
        if (slashed.isPresent()) {
            return Optional.of(new DealEnd(early(seen.deal()), slashed.get()));
        }
        if (seen.onChain().isPresent()) {
            return Optional.empty();
        }
        if (!isGoneForGood(seen, at)) {
            return Optional.empty();
        }
        return seen.isOver(now) ? over(seen, at, now) : Optional.of(new DealEnd(early(seen.deal()), now));
    }

    /** It is gone, and would be by now in any case: whether its end or its sector's came first the chain's past tells. */
    private Optional<DealEnd> over(Seen seen, TipSetKey at, Epoch now) {
        var deal = seen.deal();
        var expired = Optional.of(new DealEnd(Ending.EXPIRED, deal.end()));
        var last = new Epoch(deal.end().value() - 1);
        try {
            return chain.deal(seen.id(), chain.keyAt(last, at)).isPresent()
                    ? expired
                    : Optional.of(new DealEnd(early(deal), last));
        } catch (AditException e) {
            if (e.kind() == ErrorKind.BUG) {
                throw e;
            }
            boolean asksAgain = now.isBefore(deal.end().plus(MarketChain.FINALITY));
            LOG.warn(
                    "Deal {} is over; whether it was slashed before, the node does not tell ({}); {}",
                    deal.uuid(),
                    e.getMessage(),
                    asksAgain ? "it is asked again later" : "it counts as expired");
            return asksAgain ? Optional.empty() : expired;
        }
    }

    /**
     * One answer without the deal is not enough to let its piece go, nor to settle it no more: one that is over is settled when
     * the next look sees it again.
     */
    private boolean isGoneForGood(Seen seen, TipSetKey at) {
        try {
            return chain.deal(seen.id(), chain.finalKey(at)).isEmpty();
        } catch (AditException e) {
            if (e.kind() == ErrorKind.BUG) {
                throw e;
            }
            LOG.warn(
                    "Deal {} is not on the chain; whether that is final is asked again later: {}",
                    seen.deal().uuid(),
                    e.getMessage());
            return false;
        }
    }

    private Ending early(DealRecord deal) {
        var sector = store.read(tx -> deal.sector().flatMap(tx.sectors()::find));
        return sector.filter(known -> TERMINATED.contains(known.state())).isPresent()
                ? Ending.TERMINATED
                : Ending.SLASHED;
    }

    private void end(Tx tx, DealRecord deal, DealEnd end) {
        LOG.info(
                "Deal {} has ended: {} at epoch {}",
                deal.uuid(),
                end.ending(),
                end.epoch().value());
        tx.deals().end(deal.uuid(), end);
        if (!settings.afterlife().keepPieces()) {
            ClearTask.enqueue(tx, deal.uuid());
        }
    }

    /** Deals that have to be settled, and with them those that soon would. */
    private List<Long> due(List<Seen> living, Epoch now) {
        long period = settings.afterlife().settleEpochs();
        boolean needed = living.stream().anyMatch(seen -> seen.isOver(now) || owes(seen, now, period));
        if (!needed) {
            return List.of();
        }
        return living.stream()
                .filter(seen -> seen.isOver(now) || owes(seen, now, period / 2))
                .sorted(Comparator.comparing((Seen seen) -> !seen.isOver(now))
                        .thenComparingLong(seen -> -seen.unpaid(now)))
                .limit(settings.afterlife().settleMost())
                .map(Seen::id)
                .toList();
    }

    private static boolean owes(Seen seen, Epoch now, long epochs) {
        return !seen.deal().pricePerEpoch().isZero() && seen.unpaid(now) >= Math.max(1, epochs);
    }
}
