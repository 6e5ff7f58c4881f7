package io.adit.simulation;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sees every message that leaves the provider, and holds it to what must never happen: two different messages under one
 * nonce that are not a replacement by the rules, a window proof that was not verified first, a message that may cost more
 * than its limit.
 */
final class Witness {
    private record Place(Address from, long nonce) {}

    private final SimulatedProofs proofs;
    private final BigInteger feeLimit;
    private final Map<Place, SignedMessage> places = new HashMap<>();
    private final Set<Cid> messages = new LinkedHashSet<>();
    private final List<String> violations = new ArrayList<>();
    private int replaced;

    Witness(SimulatedProofs proofs, BigInteger feeLimit) {
        this.proofs = proofs;
        this.feeLimit = feeLimit;
    }

    void pushed(SignedMessage signed) {
        if (!messages.add(signed.cid())) {
            return;
        }
        var message = signed.message();
        var before = places.put(new Place(message.from(), message.nonce()), signed);
        if (before != null) {
            replaced++;
            if (!isReplacement(before, signed)) {
                violations.add("nonce " + message.nonce() + " of " + message.from() + " was signed twice: first "
                        + before.cid() + " (method " + before.message().method() + "), then " + signed.cid()
                        + " (method " + message.method() + ")");
            }
        }
        var cost = message.gasFeeCap().atto().multiply(BigInteger.valueOf(message.gasLimit()));
        if (cost.compareTo(feeLimit) > 0) {
            violations.add("message " + signed.cid() + " may cost " + cost + " attoFIL, its limit is " + feeLimit);
        }
        if (message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
            SubmitWindowedPoStParams.fromCbor(message.params()).proofs().forEach(proof -> {
                if (!proofs.wasVerifiedHere(proof.proof())) {
                    violations.add("window proof " + signed.cid() + " was sent without having been verified");
                }
            });
        }
    }

    /** The same wish at a higher price, as the message pool's replace-by-fee rule demands (1.25 times the premium). */
    private static boolean isReplacement(SignedMessage before, SignedMessage after) {
        var old = before.message();
        var now = after.message();
        var least = old.gasPremium().atto().multiply(BigInteger.valueOf(5)).divide(BigInteger.valueOf(4));
        return old.to().equals(now.to())
                && old.method() == now.method()
                && java.util.Arrays.equals(old.params(), now.params())
                && now.gasPremium().atto().compareTo(least) >= 0;
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    /** The messages in the order in which they left. */
    Set<Cid> course() {
        return Collections.unmodifiableSet(messages);
    }

    int sent() {
        return messages.size();
    }

    int replaced() {
        return replaced;
    }
}
