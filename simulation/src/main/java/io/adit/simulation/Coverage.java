package io.adit.simulation;

import java.util.Map;
import java.util.TreeMap;

/** Counts what was played, by name, so that a gap in the stories shows. */
final class Coverage {
    private final TreeMap<String, Integer> counts = new TreeMap<>();

    /** Once more. */
    void saw(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    void add(Map<String, Integer> others) {
        others.forEach((what, times) -> counts.merge(what, times, Integer::sum));
    }

    Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }

    /** The counts by name, in alphabetical order. */
    Map<String, Integer> sorted() {
        return new TreeMap<>(counts);
    }
}
