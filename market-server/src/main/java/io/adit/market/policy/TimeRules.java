package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** When the deal starts and ends. */
final class TimeRules {
    private TimeRules() {}

    static Optional<Rejected> order(DealParams params, ProposalContext context) {
        var proposal = params.proposal().proposal();
        return unless(
                proposal.startEpoch().isBefore(proposal.endEpoch()),
                RejectionCode.END_BEFORE_START,
                "after StartEpoch " + proposal.startEpoch().value(),
                String.valueOf(proposal.endEpoch().value()));
    }

    static Optional<Rejected> start(DealParams params, ProposalContext context) {
        long buffer = context.terms().leastStartDelay();
        var earliest = context.now().plus(buffer);
        var start = params.proposal().proposal().startEpoch();
        return unless(
                !start.isBefore(earliest),
                RejectionCode.START_TOO_SOON,
                "at least " + earliest.value() + " (now " + context.now().value() + " and " + buffer
                        + " epochs to transfer and seal)",
                String.valueOf(start.value()));
    }

    /** What cannot be here in time even if nothing else is fetched. */
    static Optional<Rejected> transfer(DealParams params, ProposalContext context) {
        var terms = context.terms();
        long bytes = params.transfer().size();
        long epochs = params.offline() ? 0 : terms.pace().epochs(bytes);
        if (epochs == 0) {
            return Optional.empty();
        }
        var earliest = context.now().plus(epochs + terms.publishAndSeal());
        var start = params.proposal().proposal().startEpoch();
        return unless(
                !start.isBefore(earliest),
                RejectionCode.TRANSFER_TOO_LONG,
                "at least " + earliest.value() + " (now " + context.now().value() + ", " + epochs + " epochs to fetch "
                        + bytes + " bytes at " + terms.pace().bytesPerSecond() + " bytes a second, and "
                        + terms.publishAndSeal() + " to publish and seal)",
                String.valueOf(start.value()));
    }

    /** Until it starts, an accepted deal whose data does not come holds its room. */
    static Optional<Rejected> latestStart(DealParams params, ProposalContext context) {
        long delay = context.terms().maxStartDelay();
        var latest = context.now().plus(delay);
        var start = params.proposal().proposal().startEpoch();
        return unless(
                !latest.isBefore(start),
                RejectionCode.START_TOO_LATE,
                "at most " + latest.value() + " (now " + context.now().value() + " and " + delay + " epochs)",
                String.valueOf(start.value()));
    }

    static Optional<Rejected> duration(DealParams params, ProposalContext context) {
        long duration = params.proposal().proposal().duration();
        var terms = context.terms();
        return unless(
                duration >= terms.minDuration() && duration <= terms.maxDuration(),
                RejectionCode.DURATION_OUT_OF_BOUNDS,
                "between " + terms.minDuration() + " and " + terms.maxDuration() + " epochs after StartEpoch",
                duration + " epochs");
    }

    static Optional<Rejected> end(DealParams params, ProposalContext context) {
        var latest = context.now().plus(context.terms().maxExpiration());
        var end = params.proposal().proposal().endEpoch();
        return unless(
                !latest.isBefore(end),
                RejectionCode.END_TOO_LATE,
                "at most " + latest.value() + " (no sector made from now on lives longer)",
                String.valueOf(end.value()));
    }
}
