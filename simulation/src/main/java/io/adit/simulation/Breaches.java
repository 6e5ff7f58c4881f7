package io.adit.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** What invariants found broken in one run, each with the epoch of the chain. */
final class Breaches {
    /** One cause may break a thing again in every turn. */
    private static final int KEPT_OF_EACH = 5;

    private final LongSupplier epoch;
    private final Set<String> said = new LinkedHashSet<>();
    private final List<String> words = new ArrayList<>();

    Breaches(LongSupplier epoch) {
        this.epoch = epoch;
    }

    void report(Class<? extends Invariant> invariant, String what) {
        var name = invariant.getSimpleName();
        long before = said.stream().filter(one -> one.startsWith(name)).count();
        if (before < KEPT_OF_EACH && said.add(name + ": " + what)) {
            words.add(name + ": " + what + " (epoch " + epoch.getAsLong() + ")");
        }
    }

    List<String> words() {
        return List.copyOf(words);
    }
}
