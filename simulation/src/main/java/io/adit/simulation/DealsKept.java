package io.adit.simulation;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What was acknowledged survives: a deal of which its client was told that it is accepted is in the store ever after, as it
 * was signed; data that came, by transfer or by the operator's hand, is on the disk until it is in a sector.
 */
final class DealsKept implements Invariant {
    private static final long LOOKED_AT_EVERY = 10;

    /** Until then sealing has not read the piece. */
    private static final Set<SectorState> UNREAD =
            EnumSet.of(SectorState.WaitDeals, SectorState.AddPiece, SectorState.Packing, SectorState.AddPieceFailed);

    private final Breaches breaches;
    private final StateStore store;
    private final Supplier<List<ClientDeal>> deals;
    private final LongSupplier epoch;

    /**
     * Of a store.
     *
     * @param deals what clients were told
     */
    DealsKept(Breaches breaches, StateStore store, Supplier<List<ClientDeal>> deals, LongSupplier epoch) {
        this.breaches = breaches;
        this.store = store;
        this.deals = deals;
        this.epoch = epoch;
    }

    @Override
    public void headMoved() {
        if (epoch.getAsLong() % LOOKED_AT_EVERY == 0) {
            look();
        }
    }

    @Override
    public void starting() {
        look();
    }

    @Override
    public void over() {
        look();
    }

    private void look() {
        var accepted = deals.get().stream().filter(ClientDeal::isAccepted).toList();
        if (!accepted.isEmpty()) {
            store.read(tx -> {
                accepted.forEach(deal -> look(tx, deal));
                return accepted.size();
            });
        }
    }

    private void look(Tx tx, ClientDeal deal) {
        var found = tx.deals().find(deal.params().uuid());
        if (found.isEmpty()) {
            breaches.report(getClass(), deal.words() + " was accepted and is no longer known");
            return;
        }
        var stored = found.get();
        if (!stored.signedProposalCid().equals(deal.params().proposal().signedProposalCid())) {
            breaches.report(getClass(), deal.words() + " is not what its client signed");
        }
        boolean came = deal.isBrought() || stored.checkpoint() != DealCheckpoint.Accepted;
        if (came && stored.error().isEmpty() && isUnread(tx, stored)) {
            lookAtData(tx, deal, stored);
        }
    }

    private static boolean isUnread(Tx tx, DealRecord deal) {
        return deal.sector()
                .flatMap(tx.sectors()::find)
                .map(sector -> UNREAD.contains(sector.state()))
                .orElse(true);
    }

    private void lookAtData(Tx tx, ClientDeal deal, DealRecord stored) {
        var piece = tx.pieces().find(stored.piece().commP());
        // What the operator has brought is on the disk before the deal's own step takes notice of it.
        boolean noted = stored.checkpoint() != DealCheckpoint.Accepted;
        if (noted
                && piece.flatMap(PieceRecord::file).filter(Files::isRegularFile).isEmpty()) {
            breaches.report(getClass(), "the data of " + deal.words() + " is gone while it is " + stored.checkpoint());
        }
    }
}
