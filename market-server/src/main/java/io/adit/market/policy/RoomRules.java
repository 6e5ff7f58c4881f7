package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** What there is room for at this moment. */
final class RoomRules {
    private RoomRules() {}

    static Optional<Rejected> staging(DealParams params, ProposalContext context) {
        long free = context.terms().maxStagingBytes() - context.load().stagedBytes();
        long given = params.bytesExpected();
        return unless(
                given <= free,
                RejectionCode.STAGING_FULL,
                "at most " + Math.max(0, free) + " (room left for pieces whose sector is not proven yet)",
                String.valueOf(given));
    }

    static Optional<Rejected> underWay(DealParams params, ProposalContext context) {
        int most = context.terms().maxDealsUnderWay();
        int now = context.load().dealsUnderWay();
        return unless(
                now < most,
                RejectionCode.TOO_MANY_DEALS,
                "one of at most " + most + " deals between acceptance and a proven sector",
                "one more than " + now);
    }
}
