package io.adit.ops.actor;

import io.adit.chain.actor.MultisigMethod;
import io.adit.chain.actor.ProposeParams;
import io.adit.chain.actor.ProposeReturn;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.ExitCode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.ops.OpsError;
import java.util.ArrayList;
import java.util.List;

/**
 * A change whose signer is a multisig, as one of the multisig's signers proposes it there. The multisig sends the message once
 * enough signers have approved, the proposer being the first.
 */
public final class Proposal {
    private Proposal() {}

    /**
     * The proposal of a change.
     *
     * @param proposer a signer of the multisig
     * @throws AditException {@link OpsError#NODE_REFUSED} when the change's signer is an account, {@link OpsError#WOULD_FAIL}
     *     when the chain would refuse the change from the multisig now
     */
    public static ActorChange of(FullNode node, ActorChange change, Address proposer, Network network) {
        var direct = Rehearsal.of(node, change, TokenAmount.ZERO);
        var multisig = change.signer().toString(network);
        if (direct.signerKey().isPresent()) {
            throw new AditException(
                    OpsError.NODE_REFUSED,
                    "proposing to " + change.sentence() + ": " + multisig + ", " + change.role()
                            + ", is an account and no multisig; leave --propose-as out");
        }
        if (direct.exitCode() != 0) {
            throw new AditException(
                    OpsError.WOULD_FAIL,
                    "nothing was proposed: " + change.sentence() + " would end with " + direct.verdict() + " when "
                            + multisig + " sent it now");
        }
        return new ActorChange(
                change.name(),
                "propose at the multisig " + multisig + " to " + change.sentence(),
                proposer,
                "a signer of the multisig " + multisig,
                change.signer(),
                TokenAmount.ZERO,
                MultisigMethod.PROPOSE,
                new ProposeParams(change.to(), change.value(), change.method().number(), change.params()).toCbor(),
                returned -> outcome(change, ProposeReturn.fromCbor(returned)),
                cautions(change, direct, multisig));
    }

    private static List<Difference> outcome(ActorChange change, ProposeReturn proposed) {
        if (!proposed.applied()) {
            return List.of(new Difference(
                    "waiting transaction", "none", "number " + proposed.transaction() + ", to be approved by others"));
        }
        return proposed.exitCode() == 0
                ? change.outcome().differences(proposed.returned())
                : List.of(new Difference(
                        "transaction " + proposed.transaction(),
                        "none",
                        "sent, and failed with " + ExitCode.explain(proposed.exitCode(), change.kind())));
    }

    private static List<String> cautions(ActorChange change, Rehearsal direct, String multisig) {
        var cautions = new ArrayList<String>();
        direct.differences()
                .forEach(difference -> cautions.add("When it is approved: " + difference.what() + " "
                        + difference.before() + "  ->  " + difference.after() + "."));
        if (!change.value().isZero()) {
            cautions.add("The " + change.value() + " that it carries are the multisig's own.");
        }
        cautions.add("Others approve it at " + multisig
                + " with 'adit actor approve' or other tools (lotus msig approve), by the"
                + " number that the proposal returns; 'adit actor info' then shows the change.");
        cautions.addAll(change.cautions());
        return cautions;
    }
}
