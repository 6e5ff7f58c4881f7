package io.adit.core.task;

import io.adit.core.state.TaskClaims.TaskCount;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The engine's figures by kind: tasks running, waiting, parked and failed; failures; durations by ending. */
final class TaskMeters {
    private record Cell(String kind, TaskState state) {}

    private final MeterRegistry registry;
    private volatile Map<Cell, Long> counts = Map.of();

    TaskMeters(MeterRegistry registry, Collection<String> kinds) {
        this.registry = registry;
        watch(kinds);
    }

    /** Shows figures of these kinds, from zero on. */
    void watch(Collection<String> kinds) {
        for (String kind : kinds) {
            gauge(kind, "adit.task.running", "Tasks running on any engine", List.of(TaskState.RUNNING));
            gauge(kind, "adit.task.waiting", "Tasks waiting", List.of(TaskState.READY, TaskState.WAITING));
            gauge(kind, "adit.task.parked", "Tasks an operator must look at", List.of(TaskState.PARKED));
            gauge(kind, "adit.task.failed", "Tasks that failed for good", List.of(TaskState.FAILED));
            failures(kind);
        }
    }

    private void gauge(String kind, String name, String description, List<TaskState> states) {
        Gauge.builder(
                        name,
                        () -> states.stream()
                                .mapToLong(state -> counts.getOrDefault(new Cell(kind, state), 0L))
                                .sum())
                .description(description)
                .tag("kind", kind)
                .register(registry);
    }

    void counted(List<TaskCount> rows) {
        var next = new HashMap<Cell, Long>();
        rows.forEach(row -> next.put(new Cell(row.kind(), row.state()), row.tasks()));
        counts = next;
    }

    void ended(String kind, TaskState state, Duration took) {
        Timer.builder("adit.task.duration")
                .description("Time a task ran, by what became of it")
                .tag("kind", kind)
                .tag("ending", state.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .record(took);
    }

    void failure(String kind) {
        failures(kind).increment();
    }

    private Counter failures(String kind) {
        return registry.counter("adit.task.failures", "kind", kind);
    }
}
