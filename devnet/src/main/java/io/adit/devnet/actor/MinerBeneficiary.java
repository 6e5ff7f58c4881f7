package io.adit.devnet.actor;

import io.adit.chain.actor.ActiveBeneficiary;
import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.ChangeBeneficiaryParams;
import io.adit.chain.actor.GetBeneficiaryReturn;
import io.adit.chain.actor.PendingBeneficiaryChange;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/** Who gets what is withdrawn (FIP-0029): ChangeBeneficiary (30), GetBeneficiary (31). */
final class MinerBeneficiary {
    static final BeneficiaryTerm NO_TERM = new BeneficiaryTerm(TokenAmount.ZERO, TokenAmount.ZERO, new Epoch(0));

    private MinerBeneficiary() {}

    /** What the beneficiary may still withdraw. */
    static TokenAmount left(BeneficiaryTerm term, long epoch) {
        var left = term.quota().minus(term.usedQuota());
        return term.expiration().value() > epoch && !left.isNegative() ? left : TokenAmount.ZERO;
    }

    static byte[] get(Invocation in) {
        in.gas().charge(1_000_000);
        var state = in.tree().read(in.receiver(), MinerState.class);
        return new GetBeneficiaryReturn(
                        new ActiveBeneficiary(Address.ofId(state.beneficiary()), state.beneficiaryTerm()),
                        state.pendingBeneficiary())
                .toCbor();
    }

    static byte[] change(Invocation in, ChangeBeneficiaryParams params) {
        in.gas().charge(4_300_000);
        long nominee = in.tree()
                .resolve(params.newBeneficiary())
                .orElseThrow(() -> ActorAbort.illegalArgument("unable to resolve address: " + params.newBeneficiary()));
        var state = in.tree().write(in.receiver(), MinerState.class);
        var pending = in.caller() == state.owner
                ? proposed(in, state, nominee, params)
                : confirmed(in, state, nominee, params);
        pending = new PendingBeneficiaryChange(
                pending.newBeneficiary(),
                pending.newQuota(),
                pending.newExpiration(),
                pending.approvedByBeneficiary() || in.caller() == state.beneficiary,
                pending.approvedByNominee() || in.caller() == nominee);
        state.pendingBeneficiary = Optional.of(pending);
        if (pending.approvedByBeneficiary() && pending.approvedByNominee()) {
            take(state, nominee, pending);
        }
        return new byte[0];
    }

    private static void take(MinerState state, long nominee, PendingBeneficiaryChange agreed) {
        var used = nominee == state.beneficiary ? state.beneficiaryTerm.usedQuota() : TokenAmount.ZERO;
        state.beneficiary = nominee;
        state.beneficiaryTerm = new BeneficiaryTerm(agreed.newQuota(), used, agreed.newExpiration());
        state.pendingBeneficiary = Optional.empty();
    }

    private static PendingBeneficiaryChange proposed(
            Invocation in, MinerState state, long nominee, ChangeBeneficiaryParams params) {
        var quota = params.newQuota();
        if (nominee != state.owner && (quota.isNegative() || quota.isZero())) {
            throw ActorAbort.illegalArgument("beneficial quota " + quota + " must bigger than zero");
        }
        if (nominee == state.owner && !quota.isZero()) {
            throw ActorAbort.illegalArgument("owner beneficial quota " + quota + " must be zero");
        }
        if (nominee == state.owner && params.newExpiration().value() != 0) {
            throw ActorAbort.illegalArgument("owner beneficial expiration " + params.newExpiration() + " must be zero");
        }
        boolean nobodyLoses = left(state.beneficiaryTerm, in.chain().epoch()).isZero();
        return new PendingBeneficiaryChange(Address.ofId(nominee), quota, params.newExpiration(), nobodyLoses, false);
    }

    private static PendingBeneficiaryChange confirmed(
            Invocation in, MinerState state, long nominee, ChangeBeneficiaryParams params) {
        var pending = state.pendingBeneficiary.orElseThrow(
                () -> ActorAbort.forbidden("No changeBeneficiary proposal exists"));
        var proposed = pending.newBeneficiary();
        if (in.caller() != state.beneficiary && !Address.ofId(in.caller()).equals(proposed)) {
            throw ActorAbort.forbidden("message caller f0" + in.caller() + " is neither proposal beneficiary"
                    + params.newBeneficiary() + " nor current beneficiaryf0" + state.beneficiary);
        }
        requireSame("address", proposed, Address.ofId(nominee));
        requireSame("quota", pending.newQuota(), params.newQuota());
        requireSame("expire date", pending.newExpiration(), params.newExpiration());
        return pending;
    }

    private static void requireSame(String what, Object expected, Object given) {
        if (!expected.equals(given)) {
            throw ActorAbort.illegalArgument(
                    "new beneficiary " + what + " must be equal expect " + expected + ", but got " + given);
        }
    }
}
