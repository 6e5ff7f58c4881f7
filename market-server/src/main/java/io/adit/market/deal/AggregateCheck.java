package io.adit.market.deal;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Fr32;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SubPieceRecord;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.podsi.Aggregate;
import io.adit.market.podsi.DataSegment;
import io.adit.market.podsi.SegmentIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds an aggregate's index against what its deal says. The tree over the segments must have the aggregate's own commitment:
 * then each of them lies where the index says, and no byte of their data has to be hashed again for that.
 */
final class AggregateCheck {
    private AggregateCheck() {}

    /**
     * The pieces in a deal's data; none for a deal that is no aggregate.
     *
     * @throws InvalidValueException when data and deal differ
     */
    static List<SubPieceRecord> subPieces(DealRecord deal, Path payload) throws IOException {
        if (!DirectTerms.isDirect(deal)) {
            return List.of();
        }
        var named = DirectTerms.of(deal).data().subPieces();
        if (named.isEmpty()) {
            return List.of();
        }
        // One more shows that there are more.
        var found = SegmentIndex.read(payload, deal.piece().size(), named.size() + 1);
        if (found.size() != named.size()) {
            throw new InvalidValueException(
                    "data segment index",
                    found.size() > named.size() ? "more pieces" : found.size() + " pieces",
                    named.size() + ", as the deal names");
        }
        if (!new Aggregate(deal.piece().size(), found).root().equals(deal.piece())) {
            throw new InvalidValueException(
                    "data segment index",
                    "pieces that are not where it says, or data beside them",
                    "all that the aggregate holds");
        }
        var pieces = new ArrayList<SubPieceRecord>();
        for (int i = 0; i < named.size(); i++) {
            pieces.add(record(deal, i, named.get(i), found.get(i)));
        }
        return pieces;
    }

    private static SubPieceRecord record(DealRecord deal, int position, Mk20Deal.SubPiece named, DataSegment found) {
        var cid = named.pieceCid();
        if (!cid.commP().equals(found.piece().commP())
                || !cid.size().orElseThrow().equals(found.piece().size())) {
            throw new InvalidValueException(
                    "piece " + position + " of the aggregate",
                    found.piece().pieceCidV1() + " of " + found.piece().size().bytes() + " bytes",
                    cid.v1() + " of " + cid.size().orElseThrow().bytes() + ", as the deal names");
        }
        return new SubPieceRecord(
                deal.piece().commP(),
                position,
                found.piece(),
                cid.rawSize().orElseThrow(),
                found.offset() / Fr32.PADDED_QUAD * Fr32.RAW_QUAD,
                named.car());
    }
}
