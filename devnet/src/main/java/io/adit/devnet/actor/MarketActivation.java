package io.adit.devnet.actor;

import io.adit.chain.actor.PieceChange;
import io.adit.chain.actor.PieceReturn;
import io.adit.chain.actor.SectorChanges;
import io.adit.chain.actor.SectorContentChangedParams;
import io.adit.chain.actor.SectorContentChangedReturn;
import io.adit.chain.actor.SectorReturn;
import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What miners tell the market: deals in a pre-commit (until network version 28), new sector contents, ended sectors. */
final class MarketActivation {
    private MarketActivation() {}

    /** Whether these deals could be activated together now; answers their CommD. The caller is the miner. */
    static Cid verifyDeals(Invocation in, List<Long> ids, long sectorExpiry, SectorSize size) {
        var market = in.tree().read(StateTree.MARKET, MarketState.class);
        var pieces = new ArrayList<PieceInfo>();
        var seen = new HashSet<Long>();
        for (long id : ids) {
            if (!seen.add(id)) {
                throw ActorAbort.illegalArgument("duplicate deal ID " + id + " in sector");
            }
            var deal = market.existing(id);
            checkCanActivate(in, deal, sectorExpiry);
            pieces.add(new PieceInfo(
                    Commitment.fromCid(deal.proposal().pieceCid()),
                    new PaddedSize(deal.proposal().pieceSize())));
        }
        try {
            return PieceTree.commD(pieces, new PaddedSize(size.bytes())).asUnsealedCid();
        } catch (AditException tooLarge) {
            throw ActorAbort.illegalArgument("deals too large to fit in sector: " + tooLarge.getMessage());
        }
    }

    private static void checkCanActivate(Invocation in, MarketDeal deal, long sectorExpiry) {
        if (deal.provider() != in.caller()) {
            throw ActorAbort.forbidden("proposal has provider t0" + deal.provider() + ", must be t0" + in.caller());
        }
        if (in.chain().epoch() > deal.start()) {
            throw new ActorAbort(
                    ActorAbort.DEAL_EXPIRED,
                    "proposal start epoch " + deal.start() + " has already elapsed at "
                            + in.chain().epoch());
        }
        if (deal.end() > sectorExpiry) {
            throw ActorAbort.illegalArgument(
                    "proposal expiration " + deal.end() + " exceeds sector expiration " + sectorExpiry);
        }
    }

    /** SectorContentChanged: activates the deals that pieces name. Answers, piece by piece, whether it was accepted. */
    static SectorContentChangedReturn contentChanged(Invocation in, SectorContentChangedParams params) {
        in.requireCallerType(ActorType.MINER);
        var market = in.tree().write(StateTree.MARKET, MarketState.class);
        var activated = new HashSet<Long>();
        var sectors = new ArrayList<SectorReturn>();
        for (var sector : params.sectors()) {
            sectors.add(new SectorReturn(sector.added().stream()
                    .map(piece -> new PieceReturn(accept(in, market, sector, piece, activated)))
                    .toList()));
        }
        return new SectorContentChangedReturn(sectors);
    }

    private static boolean accept(
            Invocation in, MarketState market, SectorChanges sector, PieceChange piece, Set<Long> activated) {
        try {
            var reader = new CborReader(piece.payload());
            long id = reader.uint();
            reader.end();
            var deal = market.existing(id);
            checkCanActivate(in, deal, sector.minimumCommitmentEpoch().value());
            boolean matches = deal.activation().isEmpty()
                    && market.isPending(deal.proposal().cid())
                    && piece.data().equals(deal.proposal().pieceCid())
                    && piece.size() == deal.proposal().pieceSize();
            if (!matches || !activated.add(id)) {
                return false;
            }
            market.replace(
                    id, deal.activated(sector.sector().value(), in.chain().epoch()));
            return true;
        } catch (ActorAbort | AditException unusable) {
            return false;
        }
    }

    /** OnMinerSectorsTerminate: slashes the deals of sectors that ended early. */
    static void sectorsTerminated(Invocation in, List<Long> sectors, long epoch) {
        var market = in.tree().write(StateTree.MARKET, MarketState.class);
        var slashed = BigInteger.ZERO;
        for (var entry : List.copyOf(market.deals().entrySet())) {
            var deal = entry.getValue();
            boolean ends = deal.provider() == in.caller()
                    && deal.activation()
                            .filter(at -> sectors.contains(at.sector()))
                            .isPresent()
                    && deal.end() > epoch;
            if (ends) {
                slashed = slashed.add(MarketSettlement.slash(market, deal, epoch));
                market.removePending(deal.proposal().cid());
                market.remove(entry.getKey());
            }
        }
        in.burn(slashed);
    }
}
