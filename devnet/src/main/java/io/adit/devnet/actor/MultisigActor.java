package io.adit.devnet.actor;

import io.adit.chain.actor.ApproveReturn;
import io.adit.chain.actor.ChangeThresholdParams;
import io.adit.chain.actor.MultisigConstructorParams;
import io.adit.chain.actor.MultisigMethod;
import io.adit.chain.actor.MultisigSignerParams;
import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.actor.MultisigTransactionParams;
import io.adit.chain.actor.ProposeParams;
import io.adit.chain.actor.ProposeReturn;
import io.adit.chain.actor.SwapSignerParams;
import io.adit.core.fil.Address;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/** A multisig (builtin-actors {@code actors/multisig}). That what it has be locked later is not here and ends with 22. */
final class MultisigActor {
    private static final long GAS = 3_000_000;

    private MultisigActor() {}

    /** Sends a message of the multisig; an abort is the message's own. */
    @FunctionalInterface
    interface Sending {
        byte[] send(Invocation in, MultisigTransaction message);
    }

    /** How an approval ended. */
    private record Applied(boolean applied, long exitCode, byte[] returned) {
        static final Applied NOT_YET = new Applied(false, 0, new byte[0]);
    }

    static MultisigState construct(Invocation in, MultisigConstructorParams params) {
        if (params.signers().isEmpty()) {
            throw ActorAbort.illegalArgument("Must have at least one signer");
        }
        if (params.signers().size() > MultisigConstructorParams.MOST_SIGNERS) {
            throw ActorAbort.illegalArgument(
                    "cannot add more than " + MultisigConstructorParams.MOST_SIGNERS + " signers");
        }
        var signers = new LinkedHashSet<Long>();
        for (Address signer : params.signers()) {
            if (!signers.add(in.resolve(signer))) {
                throw ActorAbort.illegalArgument("duplicate signer not allowed: " + signer);
            }
        }
        if (params.threshold() > signers.size()) {
            throw ActorAbort.illegalArgument("must not require more approvals than signers");
        }
        if (params.threshold() < 1) {
            throw ActorAbort.illegalArgument("must require at least one approval");
        }
        long duration = params.unlockDuration().value();
        if (duration < 0) {
            throw ActorAbort.illegalArgument("negative unlock duration disallowed");
        }
        var lock = duration == 0
                ? new MultisigState.Lock(BigInteger.ZERO, 0, 0)
                : new MultisigState.Lock(in.value(), params.startEpoch().value(), duration);
        return new MultisigState(List.copyOf(signers), params.threshold(), lock);
    }

    static byte[] invoke(Invocation in, long method, byte[] params, Sending sending) {
        in.gas().charge(GAS);
        if (method == MultisigMethod.PROPOSE.number()) {
            return propose(in, Invocation.decode(params, ProposeParams::fromCbor), sending);
        }
        if (method == MultisigMethod.APPROVE.number()) {
            return approve(in, Invocation.decode(params, MultisigTransactionParams::fromCbor), sending);
        }
        if (method == MultisigMethod.CANCEL.number()) {
            return cancel(in, Invocation.decode(params, MultisigTransactionParams::fromCbor));
        }
        return ofItself(in, method, params);
    }

    /** What a multisig sends to itself once its signers have approved it. */
    private static byte[] ofItself(Invocation in, long method, byte[] params) {
        var change = MultisigMethod.ofNumber(method).orElseThrow(() -> ActorAbort.unhandled(method));
        if (in.caller() != in.receiver()) {
            throw ActorAbort.forbidden("caller f0" + in.caller() + " is not one of supported");
        }
        var state = in.tree().write(in.receiver(), MultisigState.class);
        switch (change) {
            case ADD_SIGNER -> add(in, state, Invocation.decode(params, MultisigSignerParams::fromCbor));
            case REMOVE_SIGNER -> remove(in, state, Invocation.decode(params, MultisigSignerParams::fromCbor));
            case SWAP_SIGNER -> swap(in, state, Invocation.decode(params, SwapSignerParams::fromCbor));
            case CHANGE_NUM_APPROVALS_THRESHOLD ->
                change(state, Invocation.decode(params, ChangeThresholdParams::fromCbor));
            case PROPOSE, APPROVE, CANCEL -> throw ActorAbort.unhandled(method);
        }
        return new byte[0];
    }

    private static void add(Invocation in, MultisigState state, MultisigSignerParams params) {
        long signer = in.resolve(params.signer());
        if (state.signers().size() >= MultisigConstructorParams.MOST_SIGNERS) {
            throw ActorAbort.forbidden("cannot add more than " + MultisigConstructorParams.MOST_SIGNERS + " signers");
        }
        if (state.isSigner(signer)) {
            throw ActorAbort.forbidden(signer + " is already a signer");
        }
        state.add(signer);
        if (params.threshold()) {
            state.threshold(state.threshold() + 1);
        }
    }

    private static void remove(Invocation in, MultisigState state, MultisigSignerParams params) {
        long signer = in.resolve(params.signer());
        int signers = state.signers().size();
        if (!state.isSigner(signer)) {
            throw ActorAbort.forbidden(signer + " is not a signer");
        }
        if (signers == 1) {
            throw ActorAbort.forbidden("Cannot remove only signer");
        }
        if (!params.threshold() && signers - 1 < state.threshold()) {
            throw ActorAbort.illegalArgument("can't reduce signers to " + signers + " below threshold "
                    + state.threshold() + " with decrease=false");
        }
        if (params.threshold()) {
            if (state.threshold() < 2) {
                throw ActorAbort.illegalArgument("can't decrease approvals from " + state.threshold());
            }
            state.threshold(state.threshold() - 1);
        }
        state.dismiss(signer);
    }

    private static void swap(Invocation in, MultisigState state, SwapSignerParams params) {
        long from = in.resolve(params.from());
        long to = in.resolve(params.to());
        if (!state.isSigner(from)) {
            throw ActorAbort.forbidden(from + " is not a signer");
        }
        if (state.isSigner(to)) {
            throw ActorAbort.illegalArgument(to + " is already a signer");
        }
        state.dismiss(from);
        state.add(to);
    }

    private static void change(MultisigState state, ChangeThresholdParams params) {
        if (params.threshold() < 1 || params.threshold() > state.signers().size()) {
            throw ActorAbort.illegalArgument("New threshold value not supported");
        }
        state.threshold(params.threshold());
    }

    private static MultisigState bySigner(Invocation in) {
        var state = in.tree().write(in.receiver(), MultisigState.class);
        if (!state.isSigner(in.caller())) {
            throw ActorAbort.forbidden("f0" + in.caller() + " is not a signer");
        }
        return state;
    }

    private static byte[] propose(Invocation in, ProposeParams params, Sending sending) {
        if (params.value().atto().signum() < 0) {
            throw ActorAbort.illegalArgument("proposed value must be non-negative, was " + params.value());
        }
        var state = bySigner(in);
        var transaction = new MultisigTransaction(
                state.allocate(), params.to(), params.value(), params.method(), params.params(), List.of());
        var applied = approveWith(in, state, transaction, sending);
        return new ProposeReturn(transaction.id(), applied.applied(), applied.exitCode(), applied.returned()).toCbor();
    }

    private static byte[] approve(Invocation in, MultisigTransactionParams params, Sending sending) {
        var state = bySigner(in);
        var transaction = state.find(params.transaction())
                .orElseThrow(
                        () -> ActorAbort.notFound("no such transaction " + params.transaction() + " for approval"));
        if (isOther(params, transaction)) {
            throw ActorAbort.illegalArgument("hash does not match proposal params (ensure requester is an ID address)");
        }
        var applied = executeIfApproved(in, state, transaction, sending);
        if (!applied.applied()) {
            applied = approveWith(in, state, transaction, sending);
        }
        return new ApproveReturn(applied.applied(), applied.exitCode(), applied.returned()).toCbor();
    }

    private static boolean isOther(MultisigTransactionParams params, MultisigTransaction transaction) {
        return params.proposalHash().length > 0 && !Arrays.equals(params.proposalHash(), transaction.proposalHash());
    }

    private static Applied approveWith(
            Invocation in, MultisigState state, MultisigTransaction transaction, Sending sending) {
        var caller = Address.ofId(in.caller());
        if (transaction.approved().contains(caller)) {
            throw ActorAbort.forbidden(caller + " already approved this message");
        }
        var approved = new ArrayList<>(transaction.approved());
        approved.add(caller);
        var more = transaction.approvedBy(approved);
        state.put(more);
        return executeIfApproved(in, state, more, sending);
    }

    private static Applied executeIfApproved(
            Invocation in, MultisigState state, MultisigTransaction transaction, Sending sending) {
        if (transaction.approved().size() < state.threshold()) {
            return Applied.NOT_YET;
        }
        checkAvailable(in, state, transaction.value().atto());
        Applied applied;
        try {
            applied = new Applied(true, 0, sending.send(in, transaction));
        } catch (ActorAbort failed) {
            if (failed.exitCode() == ActorAbort.SYS_OUT_OF_GAS) {
                throw failed;
            }
            applied = new Applied(true, failed.exitCode(), new byte[0]);
        }
        // The message may have changed the multisig itself.
        in.tree().write(in.receiver(), MultisigState.class).remove(transaction.id());
        return applied;
    }

    private static void checkAvailable(Invocation in, MultisigState state, BigInteger amount) {
        var balance = in.tree().balance(in.receiver());
        if (balance.compareTo(amount) < 0) {
            throw ActorAbort.insufficientFunds(
                    "insufficient funds unlocked: current balance " + balance + " less than amount to spend " + amount);
        }
        var locked = state.lock().locked(in.chain().epoch());
        if (amount.signum() > 0 && balance.subtract(amount).compareTo(locked) < 0) {
            throw ActorAbort.insufficientFunds("insufficient funds unlocked: balance " + balance.subtract(amount)
                    + " if spent " + amount + " would be less than locked amount " + locked);
        }
    }

    private static byte[] cancel(Invocation in, MultisigTransactionParams params) {
        var state = bySigner(in);
        var transaction = state.find(params.transaction())
                .orElseThrow(() -> ActorAbort.notFound("no such transaction " + params.transaction() + " to cancel"));
        if (!transaction.approved().getFirst().equals(Address.ofId(in.caller()))) {
            throw ActorAbort.forbidden("Cannot cancel another signers transaction");
        }
        if (isOther(params, transaction)) {
            throw ActorAbort.illegalState("hash does not match proposal params");
        }
        state.remove(transaction.id());
        return new byte[0];
    }
}
