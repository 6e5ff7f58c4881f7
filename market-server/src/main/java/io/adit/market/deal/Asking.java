package io.adit.market.deal;

import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealRecord;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.DealRule;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A deal that is to be decided, whatever it was written in.
 *
 * @param params what the rules look at
 * @param proposal names what was proposed: the same one gets the same answer
 * @param leftOut rules that cannot be asked of such a deal
 * @param record the deal as it is stored when it is accepted at an instant
 */
record Asking(DealParams params, Cid proposal, Set<DealRule> leftOut, Function<Instant, DealRecord> record) {
    Asking {
        leftOut = Set.copyOf(leftOut);
    }

    /** The same without asking for the client's signature again, which takes longer than all other rules. */
    Asking withoutSignature() {
        return without(DealRule.SIGNATURE);
    }

    /** The same without asking a rule. */
    Asking without(DealRule rule) {
        return new Asking(
                params,
                proposal,
                EnumSet.copyOf(Stream.concat(leftOut.stream(), Stream.of(rule)).toList()),
                record);
    }

    Address client() {
        return params.proposal().proposal().client();
    }

    /** A proposal of the deal protocol, which every rule is for. */
    static Asking of(DealParams params) {
        return new Asking(params, params.proposal().signedProposalCid(), Set.of(), now -> DealDesk.record(params, now));
    }
}
