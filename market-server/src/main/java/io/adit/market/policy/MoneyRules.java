package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.core.fil.TokenAmount;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** What the deal costs and what is locked for it. */
final class MoneyRules {
    private MoneyRules() {}

    static Optional<Rejected> amounts(DealParams params, ProposalContext context) {
        var proposal = params.proposal().proposal();
        return negative("StoragePricePerEpoch", proposal.pricePerEpoch())
                .or(() -> negative("ProviderCollateral", proposal.providerCollateral()))
                .or(() -> negative("ClientCollateral", proposal.clientCollateral()));
    }

    private static Optional<Rejected> negative(String field, TokenAmount given) {
        var code = RejectionCode.NEGATIVE_AMOUNT;
        return given.isNegative()
                ? Optional.of(new Rejected(code, field, "0 FIL or more", given.toString(), code.remedy()))
                : Optional.empty();
    }

    static Optional<Rejected> providerCollateral(DealParams params, ProposalContext context) {
        var given = params.proposal().proposal().providerCollateral();
        var bounds = context.collateral();
        // Twice the least is what a provider puts up without asking why (Boost's rule); the actor's own maximum is all
        // FIL.
        var most = bounds.min().times(2).min(bounds.max());
        return unless(
                given.compareTo(bounds.min()) >= 0 && given.compareTo(most) <= 0,
                RejectionCode.PROVIDER_COLLATERAL_OUT_OF_BOUNDS,
                "between " + bounds.min() + " and " + most,
                given.toString());
    }

    static Optional<Rejected> price(DealParams params, ProposalContext context) {
        var proposal = params.proposal().proposal();
        var asked = context.terms().prices().of(context.clientNames(), proposal.pieceSize(), proposal.duration());
        var least = DealTerms.pricePerEpoch(asked, proposal.pieceSize());
        return unless(
                proposal.pricePerEpoch().compareTo(least) >= 0,
                RejectionCode.PRICE_TOO_LOW,
                "at least " + least + " (" + asked + " per GiB and epoch)",
                proposal.pricePerEpoch().toString());
    }

    static Optional<Rejected> escrow(DealParams params, ProposalContext context) {
        var needed = params.proposal().proposal().clientBalanceRequirement();
        return unless(
                context.clientEscrow().compareTo(needed) >= 0,
                RejectionCode.CLIENT_ESCROW_TOO_LOW,
                "holding at least " + needed + " free in the market's escrow",
                context.clientEscrow().toString());
    }
}
