package io.adit.ops.daemon;

import io.adit.proofs.CallStats;
import io.adit.proofs.ProofOperation;
import io.adit.proofs.ProofsListener;
import io.adit.proofs.WorkerLane;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what proofs cost: {@code proof_wall}, {@code proof_cpu} by operation, {@code proof_worker_lost} by lane. */
final class ProofMeters implements ProofsListener {
    private static final Logger log = LoggerFactory.getLogger(ProofMeters.class);

    private final MeterRegistry registry;

    ProofMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void called(CallStats stats) {
        var operation = stats.operation().name().toLowerCase(Locale.ROOT);
        var result = stats.succeeded() ? "ok" : "failed";
        registry.timer("proof_wall", "operation", operation, "result", result)
                .record(stats.wallMillis(), TimeUnit.MILLISECONDS);
        registry.timer("proof_cpu", "operation", operation, "result", result)
                .record(stats.cpuMillis(), TimeUnit.MILLISECONDS);
        if (stats.wallMillis() > 1000) {
            log.info("proof {} {} in {} ms, CPU {} ms", operation, result, stats.wallMillis(), stats.cpuMillis());
        }
    }

    @Override
    public void workerLost(WorkerLane lane, ProofOperation during, String reason) {
        registry.counter("proof_worker_lost", "lane", lane.name().toLowerCase(Locale.ROOT))
                .increment();
        log.warn("a {} worker was lost during {}: {}; another takes over", lane, during, reason);
    }
}
