package io.adit.simulation;

import io.adit.core.ipld.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The outcomes of many seeds, added up. */
final class Summary {
    private final List<Outcome> outcomes = new ArrayList<>();

    void add(Outcome outcome) {
        outcomes.add(outcome);
    }

    boolean holds() {
        return outcomes.stream().allMatch(Outcome::holds);
    }

    /** What was played and seen, counted over all outcomes. */
    Map<String, Integer> coverage() {
        var coverage = new Coverage();
        outcomes.forEach(outcome -> coverage.add(outcome.coverage()));
        return coverage.sorted();
    }

    /** Messages that took another's nonce. */
    long replaced() {
        return outcomes.stream().mapToLong(Outcome::replaced).sum();
    }

    /** The keys of {@code adit sim --json}. */
    Map<String, Object> asMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("seeds", outcomes.size());
        map.put("epochs", outcomes.stream().mapToLong(Outcome::epochs).sum());
        map.put(
                "deadlinesDue",
                outcomes.stream().mapToLong(Outcome::partitionsDue).sum());
        map.put(
                "deadlinesMet",
                outcomes.stream().mapToLong(Outcome::partitionsMet).sum());
        map.put("excused", outcomes.stream().mapToLong(Outcome::excused).sum());
        map.put("excusedMet", outcomes.stream().mapToLong(Outcome::excusedMet).sum());
        map.put(
                "messagesSent",
                outcomes.stream().mapToLong(Outcome::messagesSent).sum());
        map.put("replaced", replaced());
        var deals = outcomes.stream().map(Outcome::deals).reduce(DealCounts.NONE, DealCounts::plus);
        map.put("dealsAccepted", deals.accepted());
        map.put("dealsActivated", deals.activated());
        map.put("dealsFailed", deals.failed());
        map.put(
                "violations",
                outcomes.stream()
                        .filter(outcome -> !outcome.violations().isEmpty())
                        .map(outcome -> Map.of("seed", outcome.seed(), "what", outcome.violations()))
                        .toList());
        map.put("coverage", coverage());
        var courses = outcomes.stream()
                .sorted(Comparator.comparingLong(Outcome::seed))
                .map(Outcome::digest)
                .collect(Collectors.joining(" "));
        map.put("digest", HexFormat.of().formatHex(Hashes.sha256(courses.getBytes(StandardCharsets.UTF_8)), 0, 8));
        return map;
    }
}
