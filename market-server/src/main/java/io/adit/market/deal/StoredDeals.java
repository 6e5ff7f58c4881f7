package io.adit.market.deal;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.Tx;
import io.adit.market.policy.ProposalContext.Load;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions about the deals in the store that several parts ask. */
final class StoredDeals {
    private static final Logger LOG = LoggerFactory.getLogger(StoredDeals.class);
    private static final List<DealCheckpoint> STAGED = List.of(
            DealCheckpoint.Accepted,
            DealCheckpoint.Transferred,
            DealCheckpoint.Published,
            DealCheckpoint.PublishConfirmed,
            DealCheckpoint.AddedPiece,
            DealCheckpoint.IndexedAndAnnounced);
    private static final List<DealCheckpoint> UNLOCKED =
            List.of(DealCheckpoint.Accepted, DealCheckpoint.Transferred, DealCheckpoint.Published);

    private static final List<SectorState> SEALING = List.of(
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
        return tx.deals().update(change.apply(get(tx, uuid)).withUpdatedAt(clock.instant()));
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
        var staged = at(tx, STAGED).filter(deal -> !failed(deal)).toList();
        long queued = staged.stream()
                .filter(deal -> deal.sector().isEmpty())
                .mapToLong(deal -> deal.piece().size().bytes())
                .sum();
        int sealing = SEALING.stream()
                .mapToInt(state -> tx.sectors().listInState(state).size())
                .sum();
        return new Load(staged.stream().mapToLong(DealRecord::transferSize).sum(), staged.size(), queued, sealing);
    }

    /** What the client's deals that the market has not locked funds for will take out of its escrow. */
    static TokenAmount promised(Tx tx, Address client) {
        return at(tx, UNLOCKED)
                .filter(deal -> deal.client().equals(client))
                .map(deal -> proposal(deal).proposal().clientBalanceRequirement())
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }

    private static Stream<DealRecord> at(Tx tx, List<DealCheckpoint> checkpoints) {
        return checkpoints.stream().flatMap(checkpoint -> tx.deals().listAt(checkpoint).stream());
    }
}
