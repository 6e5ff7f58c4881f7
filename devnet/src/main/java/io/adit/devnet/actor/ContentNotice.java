package io.adit.devnet.actor;

import io.adit.chain.actor.PieceChange;
import io.adit.chain.actor.SectorChanges;
import io.adit.chain.actor.SectorContentChangedParams;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the market actor what proven sectors hold (SectorContentChanged). Any contract may be told, too (FIP-0109); there are
 * none on this chain, and what is told to an actor that does not understand it fails without an effect.
 */
final class ContentNotice {
    private static final Address MARKET = Address.ofId(StateTree.MARKET);

    private ContentNotice() {}

    static void send(Invocation in, List<CommitCandidate> candidates, boolean required) {
        var changes = new ArrayList<SectorChanges>();
        for (var candidate : candidates) {
            if (!candidate.well()) {
                continue;
            }
            var added = new ArrayList<PieceChange>();
            for (var piece : candidate.manifest.pieces()) {
                for (var notification : piece.notifications()) {
                    if (notification.address().equals(MARKET)) {
                        added.add(new PieceChange(piece.cid(), piece.size(), notification.payload()));
                    } else if (required) {
                        throw ActorAbort.illegalArgument(
                                "notification to " + notification.address() + " failed: it is no contract");
                    }
                }
            }
            if (!added.isEmpty()) {
                changes.add(new SectorChanges(
                        candidate.manifest.sectorNumber(), new Epoch(candidate.preCommit.expiration()), added));
            }
        }
        if (!changes.isEmpty()) {
            deliver(in, new SectorContentChangedParams(changes), required);
        }
    }

    private static void deliver(Invocation in, SectorContentChangedParams params, boolean required) {
        try {
            var accepted = in.isolated(() -> MarketActivation.contentChanged(in.callTo(StateTree.MARKET), params));
            boolean rejected = accepted.sectors().stream()
                    .flatMap(sector -> sector.added().stream())
                    .anyMatch(piece -> !piece.accepted());
            if (required && rejected) {
                throw ActorAbort.illegalArgument("sector change rejected");
            }
        } catch (ActorAbort refused) {
            if (required) {
                throw refused;
            }
        }
    }
}
