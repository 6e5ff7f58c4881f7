package io.adit.ops.daemon;

import io.adit.proofs.CallStats;
import io.adit.proofs.ProofOperation;
import io.adit.proofs.ProofsListener;
import io.adit.proofs.WorkerLane;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
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
        for (var operation : ProofOperation.values()) {
            timer("proof_wall", operation, true);
            timer("proof_cpu", operation, true);
        }
        for (var lane : WorkerLane.values()) {
            lost(lane);
        }
    }

    @Override
    public void called(CallStats stats) {
        var operation = stats.operation().name().toLowerCase(Locale.ROOT);
        var result = result(stats.succeeded());
        timer("proof_wall", stats.operation(), stats.succeeded()).record(stats.wallMillis(), TimeUnit.MILLISECONDS);
        timer("proof_cpu", stats.operation(), stats.succeeded()).record(stats.cpuMillis(), TimeUnit.MILLISECONDS);
        if (stats.wallMillis() > 1000) {
            log.info("proof {} {} in {} ms, CPU {} ms", operation, result, stats.wallMillis(), stats.cpuMillis());
        }
    }

    @Override
    public void workerLost(WorkerLane lane, ProofOperation during, String reason) {
        lost(lane).increment();
        log.warn("a {} worker was lost during {}: {}; another takes over", lane, during, reason);
    }

    private Timer timer(String name, ProofOperation operation, boolean succeeded) {
        return registry.timer(
                name, "operation", operation.name().toLowerCase(Locale.ROOT), "result", result(succeeded));
    }

    private static String result(boolean succeeded) {
        return succeeded ? "ok" : "failed";
    }

    private Counter lost(WorkerLane lane) {
        return registry.counter("proof_worker_lost", "lane", lane.name().toLowerCase(Locale.ROOT));
    }
}
