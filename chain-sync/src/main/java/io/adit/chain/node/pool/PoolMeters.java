package io.adit.chain.node.pool;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What is measured of each node, by its name. */
final class PoolMeters {

    private PoolMeters() {}

    static void register(Roster roster, MeterRegistry registry) {
        for (var member : roster.views()) {
            gauge(
                    roster,
                    registry,
                    member.name(),
                    "adit_node_height",
                    view -> view.height().map(height -> (double) height.value()).orElse(Double.NaN));
            gauge(
                    roster,
                    registry,
                    member.name(),
                    "adit_node_latency_seconds",
                    view -> view.latency().toNanos() / 1e9);
            gauge(
                    roster,
                    registry,
                    member.name(),
                    "adit_node_fenced",
                    view -> view.verdict().fenced() ? 1 : 0);
            gauge(
                    roster,
                    registry,
                    member.name(),
                    "adit_node_usable",
                    view -> view.verdict().good() ? 1 : 0);
            gauge(roster, registry, member.name(), "adit_node_primary", view -> view.primary() ? 1 : 0);
        }
    }

    private static void gauge(
            Roster roster, MeterRegistry registry, String name, String meter, ToDoubleFunction<MemberView> value) {
        Gauge.builder(
                        meter,
                        roster,
                        all -> all.views().stream()
                                .filter(view -> view.name().equals(name))
                                .mapToDouble(value)
                                .findFirst()
                                .orElse(Double.NaN))
                .tag("node", name)
                .register(registry);
    }
}
