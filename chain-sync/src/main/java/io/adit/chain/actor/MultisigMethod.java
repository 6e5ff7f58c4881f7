package io.adit.chain.actor;

import java.util.Arrays;
import java.util.Optional;

/**
 * Methods of the multisig actor ({@code actors/multisig/src/lib.rs}): three that its signers call, and those about its signers,
 * which only the multisig itself may send to itself.
 */
public enum MultisigMethod implements ActorMethod {
    /** {@link ProposeParams}, {@link ProposeReturn}. The proposer has approved with it. */
    PROPOSE(2, "Propose"),
    APPROVE(3, "Approve"),
    CANCEL(4, "Cancel"),
    /** {@link MultisigSignerParams}. */
    ADD_SIGNER(5, "AddSigner"),
    /** {@link MultisigSignerParams}. */
    REMOVE_SIGNER(6, "RemoveSigner"),
    /** {@link SwapSignerParams}. */
    SWAP_SIGNER(7, "SwapSigner"),
    /** {@link ChangeThresholdParams}. */
    CHANGE_NUM_APPROVALS_THRESHOLD(8, "ChangeNumApprovalsThreshold");

    private final long number;
    private final String methodName;

    MultisigMethod(long number, String methodName) {
        this.number = number;
        this.methodName = methodName;
    }

    /** The method of a number. */
    public static Optional<MultisigMethod> ofNumber(long number) {
        return Arrays.stream(values()).filter(method -> method.number == number).findFirst();
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String methodName() {
        return methodName;
    }
}
