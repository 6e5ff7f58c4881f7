package io.adit.market.deal;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.SectorSize;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.mk20.DealCode;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Mk20Deal.Aggregated;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.mk20.Mk20Deal.Http;
import io.adit.market.mk20.Refusal;
import io.adit.market.policy.RejectionCode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What can be said about an aggregate that is to be made here before anything of it has come: its commitment follows from those
 * of its pieces and their order, so a deal that names another one is refused at once.
 */
final class AggregateTerms {
    private static final String PIECES = "data.source_aggregate.pieces";

    private AggregateTerms() {}

    /** Why an aggregate cannot be made as the deal says; nothing for deals that bring their data otherwise. */
    static Optional<Refusal> objection(Mk20Deal deal, SectorSize sector, AddressRules addresses) {
        var data = deal.data();
        // A piece that no sector holds is refused by the rules.
        if (!(data.source() instanceof Aggregated aggregated)
                || data.piece().size().bytes() > sector.bytes()) {
            return Optional.empty();
        }
        return wrongWhole(data).or(() -> forbiddenUrl(aggregated, addresses));
    }

    private static Optional<Refusal> wrongWhole(DataSource data) {
        PieceCid made;
        try {
            var layout = Assembly.layout(data);
            made = PieceCid.of(layout.aggregate(), layout.rawSize());
        } catch (InvalidValueException e) {
            return Optional.of(Refusal.of(
                    DealCode.MALFORMED_DATA_SOURCE,
                    RejectionCode.MALFORMED_DATA_SOURCE,
                    PIECES,
                    "such that they and their index fit into the aggregate of "
                            + data.piece().size().bytes() + " bytes",
                    String.valueOf(e.getMessage())));
        }
        return data.pieceCid().equals(made)
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        DealCode.MALFORMED_DATA_SOURCE,
                        RejectionCode.BAD_PIECE_CID,
                        "data.piece_cid",
                        made.v2().orElseThrow()
                                + ", the aggregate (FRC-0058) of that size of these pieces in this order",
                        data.pieceCid().v2().orElseThrow().toString()));
    }

    private static Optional<Refusal> forbiddenUrl(Aggregated aggregated, AddressRules addresses) {
        for (int i = 0; i < aggregated.pieces().size(); i++) {
            if (aggregated.pieces().get(i).source() instanceof Http http) {
                try {
                    FetchSource.parseAll(urls(http), addresses);
                } catch (FetchException e) {
                    return Optional.of(Refusal.of(
                            DealCode.BAD_PROPOSAL,
                            RejectionCode.TRANSFER_ADDRESS,
                            PIECES + "[" + i + "].source_http.urls",
                            "http(s) URLs of public hosts",
                            "one that is refused: " + e.getMessage()));
                }
            }
        }
        return Optional.empty();
    }

    /** The URLs of a piece as a transfer's parameters. */
    static byte[] urls(Http http) {
        return DirectTerms.json(http).toString().getBytes(StandardCharsets.UTF_8);
    }
}
