package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.state.SqlStateStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** A store, a stepped clock and engines, closed after each test. */
abstract class EngineTestKit {
    static final Instant START = Instant.parse("2026-11-22T18:00:00Z");
    static final EngineSettings BRISK =
            new EngineSettings(Duration.ofSeconds(30), Duration.ofMillis(20), Duration.ofSeconds(5));
    static final EngineSettings PATIENT =
            new EngineSettings(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(5));
    static final Duration SOON = Duration.ofSeconds(20);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    final SteppedClock clock = new SteppedClock(START);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Opens an empty store whose time stamps come from the clock. */
    abstract SqlStateStore open(InstantSource clock);

    @AfterEach
    void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    SqlStateStore store() {
        SqlStateStore store = open(clock);
        opened.push(store);
        return store;
    }

    TaskEngine engine(SqlStateStore store, EngineSettings settings, Resources has, TaskHandler... handlers) {
        var registry = opened.size() == 1 ? meters : new SimpleMeterRegistry();
        var engine = new TaskEngine(store, clock, has, List.of(handlers), registry, settings, new SplittableRandom(7));
        opened.push(engine);
        return engine;
    }

    TaskEngine started(SqlStateStore store, TaskHandler... handlers) {
        TaskEngine engine = engine(store, BRISK, new Resources(4, 0, 1, 0), handlers);
        engine.start();
        return engine;
    }

    static void enqueue(SqlStateStore store, String kind, String key, TaskPriority priority) {
        store.transact(tx -> tx.tasks().enqueue(new NewTask(kind, key, "{}", priority)));
    }

    static void enqueue(SqlStateStore store, String kind, String key) {
        enqueue(store, kind, key, TaskPriority.DEAL);
    }

    static Task task(SqlStateStore store, String kind, String key) {
        return store.read(tx -> tx.tasks().find(kind, key).orElseThrow());
    }

    static void awaitState(SqlStateStore store, String kind, String key, TaskState state) {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            Optional<TaskState> now =
                    store.read(tx -> tx.tasks().find(kind, key).map(Task::state));
            assertThat(now).contains(state);
        });
    }
}
