package io.adit.market.policy;

import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Holds proposals against every {@link DealRule}. Reading the chain and the store is the caller's business. */
public final class ProposalChecks {
    private ProposalChecks() {}

    /** The answer to a proposal: the first rule that it breaks. */
    public static ProposalVerdict check(DealParams params, ProposalContext context) {
        return check(params, context, Set.of());
    }

    /** As {@link #check(DealParams, ProposalContext)}, without the rules that cannot be asked of such a deal. */
    public static ProposalVerdict check(DealParams params, ProposalContext context, Set<DealRule> leftOut) {
        return Arrays.stream(DealRule.values())
                .filter(rule -> !leftOut.contains(rule))
                .map(rule -> rule.broken(params, context))
                .flatMap(Optional::stream)
                .map(ProposalVerdict.class::cast)
                .findFirst()
                .orElseGet(Accepted::new);
    }

    /** The answer to a dry run: everything that the proposal breaks, so that all of it can be changed at once. */
    public static List<Rejected> all(DealParams params, ProposalContext context, Set<DealRule> leftOut) {
        return Arrays.stream(DealRule.values())
                .filter(rule -> !leftOut.contains(rule))
                .map(rule -> rule.broken(params, context))
                .flatMap(Optional::stream)
                .toList();
    }
}
