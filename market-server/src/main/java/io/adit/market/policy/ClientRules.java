package io.adit.market.policy;

import static io.adit.market.policy.ProposalVerdict.Rejected.unless;

import io.adit.core.fil.Address;
import io.adit.core.keys.Signatures;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/** Who proposes what to whom. */
public final class ClientRules {
    private ClientRules() {}

    static Optional<Rejected> provider(DealParams params, ProposalContext context) {
        return unless(
                context.providerNamed().equals(context.provider()),
                RejectionCode.WRONG_PROVIDER,
                context.provider().toString(),
                params.proposal().proposal().provider().toString());
    }

    static Optional<Rejected> signature(DealParams params, ProposalContext context) {
        return signature(params, context.clientKey());
    }

    /** The client's signature alone, for a caller that knows the key and wants to know before it asks the chain. */
    public static Optional<Rejected> signature(DealParams params, Address clientKey) {
        var signed = params.proposal();
        return unless(
                Signatures.verify(clientKey, signed.proposal().toCbor(), signed.clientSignature()),
                RejectionCode.BAD_SIGNATURE,
                "the signature of " + clientKey + " over the proposal's CBOR",
                "one that does not verify");
    }

    static Optional<Rejected> denied(DealParams params, ProposalContext context) {
        var denied = context.terms().denied();
        return unless(
                context.clientNames().stream().noneMatch(denied::contains),
                RejectionCode.CLIENT_DENIED,
                "one that the operator deals with",
                client(params));
    }

    static Optional<Rejected> allowed(DealParams params, ProposalContext context) {
        var allowed = context.terms().allowed();
        return unless(
                allowed.isEmpty() || context.clientNames().stream().anyMatch(allowed::contains),
                RejectionCode.CLIENT_NOT_ALLOWED,
                "one of the operator's list",
                client(params));
    }

    private static String client(DealParams params) {
        return params.proposal().proposal().client().toString();
    }
}
