package io.adit.market.deal;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.ClientTotals;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.market.policy.ProposalContext.Load;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions about the deals in the store that several parts ask. */
final class StoredDeals {
    private static final Logger LOG = LoggerFactory.getLogger(StoredDeals.class);
    private static final Set<DealCheckpoint> STAGED =
            EnumSet.range(DealCheckpoint.Accepted, DealCheckpoint.IndexedAndAnnounced);

    /** Until the market has locked the client's money for the deal. */
    private static final Set<DealCheckpoint> UNLOCKED =
            EnumSet.range(DealCheckpoint.Accepted, DealCheckpoint.Published);

    private static final Set<SectorState> SEALING = EnumSet.of(
            SectorState.WaitDeals,
            SectorState.AddPiece,
            SectorState.Packing,
            SectorState.GetTicket,
            SectorState.PreCommit1,
            SectorState.PreCommit2,
            SectorState.PreCommitting,
            SectorState.SubmitPreCommitBatch,
            SectorState.PreCommitWait,
            SectorState.WaitSeed,
            SectorState.Committing,
            SectorState.SubmitCommit,
            SectorState.SubmitCommitAggregate,
            SectorState.CommitWait);

    private final InstantSource clock;

    StoredDeals(InstantSource clock) {
        this.clock = clock;
    }

    /** Changes the stored deal, whatever its version is by now. */
    DealRecord change(Tx tx, UUID uuid, UnaryOperator<DealRecord> change) {
        var deal = tx.deals().update(change.apply(get(tx, uuid)).withUpdatedAt(clock.instant()));
        if (failed(deal) || !UNLOCKED.contains(deal.checkpoint())) {
            tx.deals().release(uuid);
        }
        return deal;
    }

    /** Adds an accepted deal. */
    static void accept(Tx tx, DealRecord deal) {
        tx.deals().insert(deal);
        promise(tx, deal);
    }

    private static void promise(Tx tx, DealRecord deal) {
        // A direct deal takes nothing out of an escrow.
        var amount = DirectTerms.isDirect(deal)
                ? TokenAmount.ZERO
                : proposal(deal).proposal().clientBalanceRequirement();
        tx.deals().promise(deal.uuid(), deal.client(), amount);
    }

    /** Promises what deals need that were accepted by a release that did not remember it. */
    static void promiseForgotten(StateStore store) {
        store.transactVoid(tx -> tx.deals().unpromised(UNLOCKED).forEach(deal -> promise(tx, deal)));
    }

    /** Takes the next version of the deal's row, so that whoever read the same version and takes it too fails. */
    void touch(Tx tx, DealRecord deal) {
        tx.deals().update(deal.withUpdatedAt(clock.instant()));
    }

    /** Ends the deal for a reason that its client can read. */
    void fail(Tx tx, UUID uuid, String why) {
        LOG.warn("Deal {} failed: {}", uuid, why);
        change(tx, uuid, deal -> deal.withError(Optional.of(why)));
        ClearTask.enqueue(tx, uuid);
    }

    static DealRecord get(Tx tx, UUID uuid) {
        return tx.deals()
                .find(uuid)
                .orElseThrow(() -> new AditException(
                        DealErrorCode.DEAL_UNKNOWN, "carrying deal " + uuid + " on: the store does not have it"));
    }

    static ClientDealProposal proposal(DealRecord deal) {
        return ClientDealProposal.fromCbor(deal.clientDealProposal().array());
    }

    /** Whether the deal goes no further. */
    static boolean failed(DealRecord deal) {
        return deal.error().isPresent();
    }

    /** What the provider is busy with. */
    static Load load(Tx tx) {
        var staged = tx.deals().totals(STAGED);
        int sealing = tx.sectors().count(SEALING).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        return new Load(staged.transferBytes(), staged.deals(), staged.unplacedBytes(), sealing);
    }

    /** A client's deals whose sector is not proven yet. */
    static ClientTotals staged(Tx tx, Set<Address> names) {
        return tx.deals().totals(names, STAGED);
    }

    /** What the client's deals that the market has not locked funds for will take out of its escrow. */
    static TokenAmount promised(Tx tx, Address client) {
        return tx.deals().promised(client);
    }
}
