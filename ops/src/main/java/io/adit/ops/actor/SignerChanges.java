package io.adit.ops.actor;

import io.adit.chain.actor.ChangeThresholdParams;
import io.adit.chain.actor.MultisigMethod;
import io.adit.chain.actor.MultisigSignerParams;
import io.adit.chain.actor.SwapSignerParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.ops.OpsError;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes of who signs for a multisig and how many must, by builtin-actors' {@code actors/multisig/src/lib.rs}. Only the
 * multisig itself may send them to itself, so each is proposed by one signer and approved by the others.
 */
public final class SignerChanges {
    private static final String LOSES =
            "What a signer who goes has approved without its being sent loses that approval; what"
                    + " nobody else has approved is withdrawn.";

    private final FullNode node;
    private final Address multisig;
    private final KnownAddresses known;

    /**
     * Who signs.
     *
     * @param signers IDs, in the order in which they came
     * @param threshold how many must approve
     */
    public record Signers(List<Address> signers, long threshold) {
        public Signers {
            signers = List.copyOf(signers);
        }
    }

    public SignerChanges(FullNode node, Address multisig, Network network) {
        this.node = node;
        this.multisig = multisig;
        this.known = new KnownAddresses(node, network);
    }

    /**
     * As the chain has them now (Lotus {@code StateReadState}).
     *
     * @throws AditException {@link OpsError#NODE_REFUSED} when the address is no multisig
     */
    public Signers now() {
        var state = node.stateReadState(multisig, TipSetKey.EMPTY).state();
        if (!state.path("Signers").isArray()
                || !state.path("NumApprovalsThreshold").canConvertToLong()) {
            throw new AditException(
                    OpsError.NODE_REFUSED,
                    "reading the signers of " + known.text(multisig)
                            + ": the full node shows an actor without signers there; name the multisig with --multisig");
        }
        var signers = new ArrayList<Address>();
        state.path("Signers").forEach(signer -> signers.add(Address.parse(signer.asText())));
        return new Signers(signers, state.path("NumApprovalsThreshold").asLong());
    }

    /** One signer more; where wanted also one approval more. */
    public ActorChange add(Address signer, boolean increase) {
        var now = now();
        var signers = new ArrayList<>(now.signers());
        signers.add(known.id(signer));
        return change(
                "signer-add",
                "add the signer " + known.text(signer) + (increase ? " and need one approval more" : ""),
                MultisigMethod.ADD_SIGNER,
                new MultisigSignerParams(signer, increase),
                now,
                new Signers(signers, now.threshold() + (increase ? 1 : 0)),
                List.of());
    }

    /** One signer less; where wanted also one approval less. */
    public ActorChange remove(Address signer, boolean decrease) {
        var now = now();
        var signers = new ArrayList<>(now.signers());
        signers.remove(known.id(signer));
        return change(
                "signer-remove",
                "remove the signer " + known.text(signer) + (decrease ? " and need one approval less" : ""),
                MultisigMethod.REMOVE_SIGNER,
                new MultisigSignerParams(signer, decrease),
                now,
                new Signers(signers, now.threshold() - (decrease ? 1 : 0)),
                List.of(LOSES));
    }

    /** One signer in another's place. */
    public ActorChange swap(Address from, Address to) {
        var now = now();
        var signers = new ArrayList<>(now.signers());
        signers.remove(known.id(from));
        signers.add(known.id(to));
        return change(
                "signer-swap",
                "put the signer " + known.text(to) + " in the place of " + known.text(from),
                MultisigMethod.SWAP_SIGNER,
                new SwapSignerParams(from, to),
                now,
                new Signers(signers, now.threshold()),
                List.of(LOSES));
    }

    /** How many must approve. */
    public ActorChange threshold(long approvals) {
        var now = now();
        return change(
                "threshold",
                "need the approval of " + approvals + " signers",
                MultisigMethod.CHANGE_NUM_APPROVALS_THRESHOLD,
                new ChangeThresholdParams(approvals),
                now,
                new Signers(now.signers(), approvals),
                List.of());
    }

    private ActorChange change(
            String name,
            String what,
            MultisigMethod method,
            CborRecord params,
            Signers before,
            Signers after,
            List<String> cautions) {
        return new ActorChange(
                name,
                what + " at the multisig " + known.text(multisig),
                multisig,
                "which alone may change its own signers",
                multisig,
                TokenAmount.ZERO,
                method,
                params.toCbor(),
                returned -> differences(before, after),
                cautions);
    }

    private List<Difference> differences(Signers before, Signers after) {
        var differences = new ArrayList<Difference>();
        if (!before.signers().equals(after.signers())) {
            differences.add(new Difference("signers", known.text(before.signers()), known.text(after.signers())));
        }
        if (before.threshold() != after.threshold()) {
            differences.add(new Difference(
                    "approvals needed", Long.toString(before.threshold()), Long.toString(after.threshold())));
        }
        return differences;
    }
}
