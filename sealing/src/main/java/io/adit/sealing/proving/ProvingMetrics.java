package io.adit.sealing.proving;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The {@code adit_post_*} meters. */
final class ProvingMetrics {

    private final MeterRegistry registry;
    private final AtomicLong marginEpochs = new AtomicLong();

    ProvingMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("adit_post_last_margin_epochs", marginEpochs, AtomicLong::doubleValue)
                .description("Epochs left in its window when the last partition was accepted")
                .register(registry);
    }

    void proven(Duration took) {
        Timer.builder("adit_post_proof_seconds")
                .description("Wall time of window proofs that verified here")
                .register(registry)
                .record(took);
    }

    /** A partition was accepted this many epochs before its window closed. */
    void accepted(long epochsLeft) {
        registry.counter("adit_post_partitions", "outcome", "accepted").increment();
        marginEpochs.set(epochsLeft);
    }

    void missed() {
        registry.counter("adit_post_partitions", "outcome", "missed").increment();
    }

    void refused() {
        registry.counter("adit_post_messages_refused").increment();
    }

    void rejected() {
        registry.counter("adit_post_proofs_rejected").increment();
    }

    void skipped(long sectors) {
        registry.counter("adit_post_sectors_skipped").increment((double) sectors);
    }

    void declared(String what, long sectors) {
        registry.counter("adit_post_sectors_declared", "as", what).increment((double) sectors);
    }

    void failed() {
        registry.counter("adit_post_failures").increment();
    }
}
