package io.adit.ops.actor;

import io.adit.chain.actor.ApproveReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.MultisigMethod;
import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.actor.MultisigTransactionParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.ops.OpsError;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What waits at a multisig, and the approval or withdrawal of one of it. Both name the proposal by its hash too, so that a
 * reorganisation cannot put another one under the number that was looked at.
 */
public final class Approval {
    private final FullNode node;
    private final Address multisig;
    private final Address miner;
    private final Network network;

    /**
     * Approvals at a multisig.
     *
     * @param miner whose methods are called by their names
     */
    public Approval(FullNode node, Address multisig, Address miner, Network network) {
        this.node = node;
        this.multisig = multisig;
        this.miner = miner;
        this.network = network;
    }

    /** What lacks approvals, the oldest first. */
    public List<MultisigTransaction> pending() {
        return node.msigGetPending(multisig, TipSetKey.EMPTY);
    }

    /** What a transaction does, for people. */
    public String sentence(MultisigTransaction transaction) {
        var to = transaction.to().toString(network);
        var money = transaction.value().isZero() ? "" : " with " + transaction.value();
        return transaction.method() == 0
                ? "send " + transaction.value() + " to " + to
                : "call " + methodOf(transaction) + " of " + to + money
                        + (transaction.params().length == 0
                                ? ""
                                : ", parameters " + HexFormat.of().formatHex(transaction.params()));
    }

    private String methodOf(MultisigTransaction transaction) {
        var number = "method " + transaction.method();
        var to = idOf(transaction.to());
        Optional<String> name = to.equals(idOf(miner))
                ? MinerMethod.ofNumber(transaction.method()).map(MinerMethod::methodName)
                : to.equals(idOf(multisig))
                        ? MultisigMethod.ofNumber(transaction.method()).map(MultisigMethod::methodName)
                        : Optional.empty();
        return name.map(method -> method + " (" + number + ")").orElse(number);
    }

    private Address idOf(Address address) {
        return address.id().isPresent() ? address : node.stateLookupID(address, TipSetKey.EMPTY);
    }

    /**
     * The approval of a transaction.
     *
     * @param approver a signer of the multisig
     * @throws AditException {@link OpsError#NODE_REFUSED} when no transaction waits under the number
     */
    public ActorChange of(long number, Address approver) {
        var transaction = find("approving", number);
        return new ActorChange(
                "approve",
                "approve transaction " + number + " of the multisig " + multisig.toString(network) + ": "
                        + sentence(transaction),
                approver,
                "a signer of the multisig " + multisig.toString(network),
                multisig,
                TokenAmount.ZERO,
                MultisigMethod.APPROVE,
                new MultisigTransactionParams(number, transaction.proposalHash()).toCbor(),
                returned -> outcome(transaction, ApproveReturn.fromCbor(returned)),
                cautions(transaction));
    }

    /**
     * The withdrawal of a proposal.
     *
     * @param proposer the signer who made it; the chain refuses anybody else's withdrawal
     * @throws AditException {@link OpsError#NODE_REFUSED} when no transaction waits under the number
     */
    public ActorChange cancellation(long number, Address proposer) {
        var transaction = find("cancelling", number);
        int approvals = transaction.approved().size();
        return new ActorChange(
                "cancel",
                "cancel transaction " + number + " of the multisig " + multisig.toString(network) + ": "
                        + sentence(transaction),
                proposer,
                "the signer of the multisig " + multisig.toString(network) + " who proposed it",
                multisig,
                TokenAmount.ZERO,
                MultisigMethod.CANCEL,
                new MultisigTransactionParams(number, transaction.proposalHash()).toCbor(),
                returned -> List.of(new Difference("transaction " + number, approvals + " approvals", "gone")),
                List.of(approvedBy(transaction)));
    }

    private MultisigTransaction find(String doing, long number) {
        return pending().stream()
                .filter(one -> one.id() == number)
                .findFirst()
                .orElseThrow(() -> new AditException(
                        OpsError.NODE_REFUSED,
                        doing + " transaction " + number + ": nothing waits under that number at "
                                + multisig.toString(network) + "; 'adit actor pending' shows what does"));
    }

    private String approvedBy(MultisigTransaction transaction) {
        return "Approved so far by "
                + transaction.approved().stream()
                        .map(by -> by.toString(network))
                        .collect(Collectors.joining(", "))
                + "; the first one proposed it.";
    }

    private static List<Difference> outcome(MultisigTransaction transaction, ApproveReturn approved) {
        int before = transaction.approved().size();
        var what = "transaction " + transaction.id();
        if (!approved.applied()) {
            return List.of(new Difference(what, before + " approvals", before + 1 + " approvals, and waits for more"));
        }
        return List.of(new Difference(
                what,
                before + " approvals",
                approved.exitCode() == 0
                        ? "sent"
                        : "sent, and failed with " + ExitCode.explain(approved.exitCode(), ActorKind.MINER)));
    }

    private List<String> cautions(MultisigTransaction transaction) {
        var cautions = new ArrayList<String>();
        cautions.add(approvedBy(transaction));
        var call = node.stateCall(
                Message.unpriced(
                        multisig, transaction.to(), transaction.value(), transaction.method(), transaction.params()),
                TipSetKey.EMPTY);
        cautions.add("Sent by the multisig now it would end with "
                + (call.receipt().isSuccess()
                        ? "exit code 0."
                        : ExitCode.explain(call.receipt().exitCode(), ActorKind.MINER) + ": " + call.error()));
        if (!transaction.value().isZero()) {
            cautions.add("The " + transaction.value() + " that it carries are the multisig's own.");
        }
        return cautions;
    }
}
