package io.adit.sealing.proving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The {@code adit_post_*} meters; all are there from the start, so that the first accident is a step from zero. */
final class ProvingMetrics {

    private final MeterRegistry registry;
    private final AtomicLong marginEpochs = new AtomicLong();
    private final AtomicLong latePartitions = new AtomicLong();
    private final Timer proofs;
    private final Counter accepted;
    private final Counter missed;
    private final Counter refused;
    private final Counter rejected;
    private final Counter skipped;
    private final Counter failures;
    private final Counter disputes;
    private final Counter acceptedBad;
    private final Counter doubted;
    private final Timer reads;
    private final Counter sectorsRead;

    ProvingMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("adit_post_last_margin_epochs", marginEpochs, AtomicLong::doubleValue)
                .description("Epochs left in its window when the last partition was accepted")
                .register(registry);
        Gauge.builder("adit_post_late_partitions", latePartitions, AtomicLong::doubleValue)
                .description("Partitions of the open window that are not proven, with less than a third of it left")
                .register(registry);
        proofs = Timer.builder("adit_post_proof_seconds")
                .description("Wall time of window proofs that verified here")
                .register(registry);
        accepted = registry.counter("adit_post_partitions", "outcome", "accepted");
        missed = registry.counter("adit_post_partitions", "outcome", "missed");
        refused = registry.counter("adit_post_messages_refused");
        rejected = registry.counter("adit_post_proofs_rejected");
        skipped = registry.counter("adit_post_sectors_skipped");
        failures = registry.counter("adit_post_failures");
        disputes = registry.counter("adit_post_disputes_lost");
        acceptedBad = registry.counter("adit_post_proofs_accepted_bad");
        doubted = registry.counter("adit_post_looks_doubted");
        reads = Timer.builder("adit_post_read_seconds")
                .description("Wall time of reading what a challenge opens of a partition's sectors")
                .register(registry);
        sectorsRead = registry.counter("adit_post_sectors_read");
    }

    /** So many sectors were read for a proof. */
    void read(int sectors, Duration took) {
        reads.record(took);
        sectorsRead.increment(sectors);
    }

    void proven(Duration took) {
        proofs.record(took);
    }

    /** A partition was accepted this many epochs before its window closed. */
    void accepted(long epochsLeft) {
        accepted.increment();
        marginEpochs.set(epochsLeft);
    }

    /** Somebody showed that an accepted proof of ours does not hold. */
    void disputed() {
        disputes.increment();
    }

    /** The chain has accepted a proof that does not verify here against what the chain says. */
    void acceptedBad() {
        acceptedBad.increment();
    }

    /** The full node's answer lacked sectors that were there before. */
    void doubted() {
        doubted.increment();
    }

    void late(int partitions) {
        latePartitions.set(partitions);
    }

    void missed() {
        missed.increment();
    }

    void refused() {
        refused.increment();
    }

    void rejected() {
        rejected.increment();
    }

    void skipped(long sectors) {
        skipped.increment((double) sectors);
    }

    void declared(String what, long sectors) {
        registry.counter("adit_post_sectors_declared", "as", what).increment((double) sectors);
    }

    void failed() {
        failures.increment();
    }
}
