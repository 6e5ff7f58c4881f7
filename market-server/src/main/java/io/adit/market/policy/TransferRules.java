package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.core.fil.PaddedSize;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** How the data comes. */
final class TransferRules {
    private TransferRules() {}

    static Optional<Rejected> transfer(DealParams params, ProposalContext context) {
        var type = params.transfer().type();
        return unless(
                params.offline() || type.equals("http") || type.equals("libp2p"),
                RejectionCode.TRANSFER_UNSUPPORTED,
                "http or libp2p",
                type.isEmpty() ? "nothing" : type);
    }

    static Optional<Rejected> size(DealParams params, ProposalContext context) {
        long piece = params.proposal().proposal().pieceSize();
        if (!PieceRules.isPaddedSize(piece)) {
            return Optional.empty();
        }
        long most = new PaddedSize(piece).unpadded().bytes();
        long given = params.transfer().size();
        // What comes by other ways may be of a size that the client does not tell.
        int least = params.offline() ? 0 : 1;
        return unless(
                given >= least && given <= most,
                RejectionCode.TRANSFER_SIZE,
                "between " + least + " and " + most + " (the piece before padding)",
                String.valueOf(given));
    }

    static Optional<Rejected> address(DealParams params, ProposalContext context) {
        if (params.offline()) {
            return Optional.empty();
        }
        try {
            FetchSource.parse(params.transfer().params(), context.terms().addresses());
            return Optional.empty();
        } catch (FetchException e) {
            return Optional.of(Rejected.of(
                    RejectionCode.TRANSFER_ADDRESS,
                    "{\"URL\":\"http(s)://…\"} of a public host, or \"libp2p:///ip4/…/p2p/…\" of a public address",
                    "one that is refused: " + e.getMessage()));
        }
    }
}
