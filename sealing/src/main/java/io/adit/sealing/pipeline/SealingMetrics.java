package io.adit.sealing.pipeline;

import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The {@code adit_seal_*} meters; all are there from the start, so that the first accident is a step from zero. */
final class SealingMetrics {

    private final MeterRegistry registry;

    SealingMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (SealingStep step : SealingStep.values()) {
            durations(step);
            failures(step);
        }
        rejections();
    }

    /** Sectors by state, counted in the store when scraped. */
    void countSectors(StateStore store) {
        for (SectorState state : SectorState.values()) {
            Gauge.builder(
                            "adit_seal_sectors",
                            store,
                            rows -> rows.read(
                                    tx -> tx.sectors().listInState(state).size()))
                    .description("Sectors by state")
                    .tag("state", state.name())
                    .register(registry);
        }
    }

    /** Free and reserved space of the paths that are attached now. */
    void measureStorage(StoragePaths paths) {
        for (StoragePath path : paths.attached()) {
            Gauge.builder("adit_storage_available_bytes", paths, from -> (double) from.available(path))
                    .description("Bytes this node may still put on the path")
                    .tag("path", path.settings().id())
                    .register(registry);
            Gauge.builder("adit_storage_reserved_bytes", paths, from -> (double) from.reserved(path))
                    .description("Bytes that running steps may still write on the path")
                    .tag("path", path.settings().id())
                    .register(registry);
        }
    }

    void stepDone(SealingStep step, Duration took) {
        durations(step).record(took);
    }

    void stepFailed(SealingStep step) {
        failures(step).increment();
    }

    void proofRejected() {
        rejections().increment();
    }

    private Timer durations(SealingStep step) {
        return Timer.builder("adit_seal_step_seconds")
                .description("Wall time of sealing steps that ended well")
                .tag("step", step.kind())
                .register(registry);
    }

    private Counter failures(SealingStep step) {
        return registry.counter("adit_seal_step_failures", "step", step.kind());
    }

    private Counter rejections() {
        return registry.counter("adit_seal_proofs_rejected");
    }
}
