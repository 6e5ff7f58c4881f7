package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.chain.actor.DealLabel;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** What the piece is called and how large it is. */
final class PieceRules {
    private static final int SMALLEST = 128;

    private PieceRules() {}

    static Optional<Rejected> label(DealParams params, ProposalContext context) {
        int length = params.proposal().proposal().label().length();
        return unless(
                length <= DealLabel.MAX_ON_CHAIN,
                RejectionCode.LABEL_TOO_LONG,
                "at most " + DealLabel.MAX_ON_CHAIN + " bytes",
                length + " bytes");
    }

    static Optional<Rejected> pieceCid(DealParams params, ProposalContext context) {
        var cid = params.proposal().proposal().pieceCid();
        return unless(
                isPieceCid(cid), RejectionCode.BAD_PIECE_CID, "a piece CID of version 1 (baga6ea4seaq…)", given(cid));
    }

    /** A deal on the chain names a version 1 CID, and each of version 2 says which that is. */
    private static String given(Cid cid) {
        try {
            return cid + " (of version 2; " + PieceCid.parse(cid).v1() + " is its version 1)";
        } catch (InvalidValueException e) {
            return cid.toString();
        }
    }

    private static boolean isPieceCid(Cid cid) {
        return cid.version() == 1
                && cid.codec() == Cid.COMMITMENT_UNSEALED
                && cid.multihash().code() == Multihash.SHA2_256_TRUNC254_PADDED
                && cid.multihash().digest().length == 32;
    }

    static boolean isPaddedSize(long size) {
        return size >= SMALLEST && Long.bitCount(size) == 1;
    }

    static Optional<Rejected> pieceSize(DealParams params, ProposalContext context) {
        long size = params.proposal().proposal().pieceSize();
        long least = context.terms().minPieceSize().bytes();
        long most = context.terms().largestPiece().bytes();
        var given = String.valueOf(size);
        return unless(
                        isPaddedSize(size),
                        RejectionCode.PIECE_SIZE_NOT_POWER_OF_TWO,
                        "a power of two, at least " + SMALLEST,
                        given)
                .or(() -> unless(size >= least, RejectionCode.PIECE_TOO_SMALL, "at least " + least, given))
                .or(() -> unless(size <= most, RejectionCode.PIECE_TOO_LARGE, "at most " + most, given));
    }

    static Optional<Rejected> verified(DealParams params, ProposalContext context) {
        return unless(
                !params.proposal().proposal().verifiedDeal(), RejectionCode.VERIFIED_DEALS_ENDED, "false", "true");
    }
}
