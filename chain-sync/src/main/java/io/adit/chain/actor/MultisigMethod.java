package io.adit.chain.actor;

/** Methods of the multisig actor that its signers call ({@code actors/multisig/src/lib.rs}). */
public enum MultisigMethod implements ActorMethod {
    /** {@link ProposeParams}, {@link ProposeReturn}. The proposer has approved with it. */
    PROPOSE(2, "Propose"),
    APPROVE(3, "Approve"),
    CANCEL(4, "Cancel");

    private final long number;
    private final String methodName;

    MultisigMethod(long number, String methodName) {
        this.number = number;
        this.methodName = methodName;
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
