package io.adit.devnet.actor;

import io.adit.chain.actor.DisputeWindowedPoStParams;
import io.adit.devnet.policy.ProtocolLimits;

/**
 * DisputeWindowedPoSt (24). Every proof was verified when it was submitted, so a dispute can never succeed here; what is left
 * is the window in which it may be tried and the exit codes.
 */
final class MinerDispute {
    private MinerDispute() {}

    static byte[] dispute(Invocation in, DisputeWindowedPoStParams params) {
        int count = in.chain().policy().deadlines();
        if (params.deadline() >= count) {
            throw ActorAbort.illegalArgument("invalid deadline " + params.deadline() + " of " + count);
        }
        in.gas().charge(30_000_000);
        var policy = in.chain().policy();
        var state = in.tree().read(in.receiver(), MinerState.class);
        var window =
                state.deadline(policy, params.deadline(), in.chain().epoch()).nextNotElapsed();
        long end = window.close().value() - policy.provingPeriod() + ProtocolLimits.WPOST_DISPUTE_WINDOW;
        if (window.isOpen() || in.chain().epoch() >= end) {
            throw ActorAbort.forbidden("can only dispute window posts during the dispute window ("
                    + ProtocolLimits.WPOST_DISPUTE_WINDOW + " epochs after the challenge window closes)");
        }
        var proofs = state.deadlines().get((int) params.deadline()).disputable();
        if (params.postIndex() >= proofs.size()) {
            throw ActorAbort.illegalArgument(
                    "failed to load proof for dispute: proof " + params.postIndex() + " not found");
        }
        throw ActorAbort.illegalArgument("failed to dispute valid post");
    }
}
