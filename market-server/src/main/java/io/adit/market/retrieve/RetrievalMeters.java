package io.adit.market.retrieve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * {@code adit_retrieval_*}: requests by kind and status, bytes by kind, time until the last byte was handed to the
 * kernel, open connections, connections turned away.
 */
final class RetrievalMeters {
    private final MeterRegistry registry;

    RetrievalMeters(MeterRegistry registry) {
        this.registry = registry;
        for (RequestKind kind : RequestKind.values()) {
            requests(kind, 200);
        }
    }

    void watchConnections(IntSupplier connections) {
        Gauge.builder("adit.retrieval.connections", connections::getAsInt)
                .description("open connections")
                .register(registry);
    }

    void answered(RequestKind kind, Exchange exchange, Duration took) {
        requests(kind, exchange.status()).increment();
        DistributionSummary.builder("adit.retrieval.body")
                .description("bytes of response bodies")
                .baseUnit("bytes")
                .tag("kind", kind.label())
                .register(registry)
                .record((double) exchange.bodyBytes());
        Timer.builder("adit.retrieval.duration")
                .description("from the request's last byte to the answer's")
                .tag("kind", kind.label())
                .register(registry)
                .record(took);
    }

    private Counter requests(RequestKind kind, int status) {
        return Counter.builder("adit.retrieval.requests")
                .description("requests answered, by HTTP status")
                .tag("kind", kind.label())
                .tag("status", Integer.toString(status))
                .register(registry);
    }

    /** Counts an answer that ended before it was whole. */
    void brokenOff(RequestKind kind) {
        Counter.builder("adit.retrieval.broken.off")
                .description("answers broken off by a missing block, a failing disk or a client that left")
                .tag("kind", kind.label())
                .register(registry)
                .increment();
    }

    void turnedAway(String reason) {
        Counter.builder("adit.retrieval.connections.refused")
                .description("connections closed at once")
                .tag("reason", reason)
                .register(registry)
                .increment();
    }
}
