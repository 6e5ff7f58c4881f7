package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** What there is room for at this moment. */
final class RoomRules {
    private static final long EPOCHS_PER_DAY = 2880;

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

    static Optional<Rejected> stagingShare(DealParams params, ProposalContext context) {
        long most = context.terms().maxStagingBytesPerClient();
        long free = most - context.clientStagedBytes();
        long given = params.bytesExpected();
        return unless(
                given <= free,
                RejectionCode.STAGING_SHARE,
                "at most " + Math.max(0, free) + " (what is left of the " + most
                        + " that one client's deals may take until their sectors are proven)",
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

    static Optional<Rejected> underWayShare(DealParams params, ProposalContext context) {
        int most = context.terms().maxDealsUnderWayPerClient();
        int now = context.clientDealsUnderWay();
        return unless(
                now < most,
                RejectionCode.TOO_MANY_DEALS_OF_CLIENT,
                "one of at most " + most + " deals of a client between acceptance and a proven sector",
                "one more than " + now);
    }

    static Optional<Rejected> queuedBytes(DealParams params, ProposalContext context) {
        long free = context.terms().maxQueuedBytes() - context.load().queuedBytes();
        long given = params.proposal().proposal().pieceSize();
        return unless(
                given <= free,
                RejectionCode.QUEUE_FULL,
                "at most " + Math.max(0, free) + " (room left for pieces that wait for a sector)",
                String.valueOf(given));
    }

    static Optional<Rejected> sealingSectors(DealParams params, ProposalContext context) {
        int most = context.terms().maxSealingSectors();
        int now = context.load().sealingSectors();
        return unless(
                now < most,
                RejectionCode.SEALING_FULL,
                "proposed while fewer than " + most + " sectors are being sealed",
                "one while " + now + " are");
    }

    /** What is accepted now is sealed after everything that was accepted before. */
    static Optional<Rejected> queueTime(DealParams params, ProposalContext context) {
        var terms = context.terms();
        if (terms.sectorsPerDay() == 0) {
            return Optional.empty();
        }
        long sectorBytes = terms.sectorSize().bytes();
        long ahead = context.load().sealingSectors() + context.load().queuedBytes() / sectorBytes;
        long behind = ahead * EPOCHS_PER_DAY / terms.sectorsPerDay();
        var earliest = context.now().plus(terms.leastStartDelay() + behind);
        var start = params.proposal().proposal().startEpoch();
        return unless(
                !start.isBefore(earliest),
                RejectionCode.QUEUE_TOO_LONG,
                "at least " + earliest.value() + " (now " + context.now().value() + ", " + terms.leastStartDelay()
                        + " epochs to transfer and seal, and " + behind + " for the " + ahead
                        + " sectors that are ahead)",
                String.valueOf(start.value()));
    }
}
