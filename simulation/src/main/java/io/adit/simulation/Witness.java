package io.adit.simulation;

import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.devnet.chain.Link;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Sees every message that leaves the provider and everything that its chain does, and tells the invariants as it
 * happens.
 */
final class Witness {
    private record Place(Address from, long nonce) {}

    private final Set<Address> provider;
    private final Supplier<Link> head;
    private final List<Invariant> invariants;
    private final Coverage coverage;
    private final Set<Cid> messages = new LinkedHashSet<>();
    private final Map<Place, Cid> latest = new LinkedHashMap<>();
    private Link seen;
    private int replaced;

    /**
     * A witness who has seen the chain up to its present head.
     *
     * @param provider the addresses whose messages are meant
     */
    Witness(Set<Address> provider, Supplier<Link> head, List<Invariant> invariants, Coverage coverage) {
        this.provider = Set.copyOf(provider);
        this.head = head;
        this.seen = head.get();
        this.invariants = List.copyOf(invariants);
        this.coverage = coverage;
    }

    void pushed(SignedMessage signed) {
        if (messages.add(signed.cid())) {
            var message = signed.message();
            if (latest.put(new Place(message.from(), message.nonce()), signed.cid()) != null) {
                replaced++;
            }
        }
        invariants.forEach(invariant -> invariant.pushed(signed));
    }

    /** To be called when the chain may have moved, before the provider can know. */
    void look() {
        var now = head.get();
        if (now == seen) {
            return;
        }
        var fork = commonAncestor(now, seen);
        long reverted = 0;
        for (var link = seen; link != fork; link = link.parent().orElseThrow()) {
            for (int i = 0; i < link.messages().size(); i++) {
                undo(link, i);
                reverted++;
            }
        }
        if (reverted > 0) {
            coverage.saw("reorgs that took executed messages back");
        }
        apply(now, fork);
        seen = now;
        invariants.forEach(Invariant::headMoved);
    }

    private void undo(Link link, int index) {
        var message = link.messages().get(index);
        if (isOurs(message)) {
            invariants.forEach(
                    invariant -> invariant.undone(message, link.receipts().get(index)));
        }
    }

    private void apply(Link link, Link fork) {
        var path = new java.util.ArrayDeque<Link>();
        for (var at = link; at != fork; at = at.parent().orElseThrow()) {
            path.push(at);
        }
        for (var at : path) {
            for (int i = 0; i < at.messages().size(); i++) {
                var message = at.messages().get(i);
                var receipt = at.receipts().get(i);
                if (isOurs(message)) {
                    invariants.forEach(invariant -> invariant.executed(message, receipt));
                }
            }
        }
    }

    private boolean isOurs(SignedMessage message) {
        return provider.contains(message.message().from());
    }

    private static Link commonAncestor(Link one, Link other) {
        while (one != other) {
            if (one.height() >= other.height()) {
                one = one.parent().orElseThrow();
            } else {
                other = other.parent().orElseThrow();
            }
        }
        return one;
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
