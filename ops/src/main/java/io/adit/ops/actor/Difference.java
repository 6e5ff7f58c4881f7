package io.adit.ops.actor;

import io.adit.core.fil.Network;
import java.util.List;
import java.util.Objects;

/**
 * One thing that is not the same afterwards.
 *
 * @param what one of the names of {@link MinerAccount#facts}
 */
public record Difference(String what, String before, String after) {

    /** What differs between two states of an account. */
    static List<Difference> between(MinerAccount before, MinerAccount after, Network network) {
        var then = before.facts(network);
        return after.facts(network).entrySet().stream()
                .filter(fact -> !fact.getValue().equals(then.get(fact.getKey())))
                .map(fact ->
                        new Difference(fact.getKey(), Objects.requireNonNull(then.get(fact.getKey())), fact.getValue()))
                .toList();
    }
}
