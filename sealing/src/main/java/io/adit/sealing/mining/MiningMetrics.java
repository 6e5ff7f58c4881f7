package io.adit.sealing.mining;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The {@code adit_mining_*} meters; all are there from the start, so that the first accident is a step from zero. */
final class MiningMetrics {
    private final Map<RoundResult.Outcome, Counter> rounds = new EnumMap<>(RoundResult.Outcome.class);
    private final AtomicLong paused = new AtomicLong();
    private final AtomicLong lagMillis = new AtomicLong();
    private final Counter included;
    private final Counter orphaned;
    private final Timer proofs;
    private final Timer blocks;

    MiningMetrics(MeterRegistry registry) {
        for (var outcome : RoundResult.Outcome.values()) {
            rounds.put(
                    outcome,
                    registry.counter(
                            "adit_mining_rounds", "outcome", outcome.name().toLowerCase(Locale.ROOT)));
        }
        included = registry.counter("adit_mining_blocks", "fate", "included");
        orphaned = registry.counter("adit_mining_blocks", "fate", "orphaned");
        proofs = Timer.builder("adit_mining_proof_seconds")
                .description("Wall time of winning proofs, with reading and verifying")
                .register(registry);
        blocks = Timer.builder("adit_mining_block_seconds")
                .description("Work on a submitted block from the choice of its parents, waits left out")
                .register(registry);
        Gauge.builder("adit_mining_paused", paused, AtomicLong::doubleValue)
                .description("1 while no rounds are run although mining is enabled")
                .register(registry);
        Gauge.builder("adit_mining_head_lag_seconds", lagMillis, lag -> lag.doubleValue() / 1000)
                .description("How long after its own time the last head came; negative where the clock is behind")
                .register(registry);
    }

    void ended(RoundResult result) {
        var counter = rounds.get(result.outcome());
        if (counter != null) {
            counter.increment();
        }
    }

    void submitted(RoundSteps steps) {
        proofs.record(steps.proof());
        blocks.record(steps.total());
    }

    void settled(MinedBlock.Phase fate) {
        (fate == MinedBlock.Phase.INCLUDED ? included : orphaned).increment();
    }

    void paused(boolean now) {
        paused.set(now ? 1 : 0);
    }

    void lag(Duration lag) {
        lagMillis.set(lag.toMillis());
    }
}
