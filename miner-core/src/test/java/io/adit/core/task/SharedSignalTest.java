package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.state.SqlStateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several tasks that wait for one signal, as all that watch the chain's head do; in simulated time. */
class SharedSignalTest {
    private static final int TASKS = 6;

    @TempDir
    Path directory;

    @Test
    void eachTaskRunsOnceMore_whenTheirSignalComesWhileSomeOfThemRun() {
        var timeline = new SimulatedTimeline(Instant.EPOCH, new SplittableRandom(1));
        var runs = new AtomicInteger();
        var handler = new TaskHandler() {
            @Override
            public String kind() {
                return "watch";
            }

            @Override
            public Outcome run(Task task, TaskContext context) throws InterruptedException {
                runs.incrementAndGet();
                timeline.sleep(Duration.ofMillis(7 + 11L * Integer.parseInt(task.key())));
                return new Outcome.Later(Duration.ofHours(1), "head", "watches");
            }
        };
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"), timeline)) {
            for (int i = 0; i < TASKS; i++) {
                var key = Integer.toString(i);
                store.transact(tx -> tx.tasks().enqueue(new NewTask("watch", key, "{}", TaskPriority.DEAL)));
            }
            var engine = new TaskEngine(
                    store,
                    timeline,
                    new Resources(1, 1 << 20, 0, 0),
                    List.of(handler),
                    new SimpleMeterRegistry(),
                    EngineSettings.standard(),
                    new SplittableRandom(2));
            engine.start();
            timeline.runFor(Duration.ofMillis(40));
            timeline.start(Strand.Kind.VIRTUAL, "head", () -> engine.signal("head"));
            timeline.runFor(Duration.ofMinutes(1));

            assertThat(runs).as("runs, those of the first time included").hasValue(2 * TASKS);
            timeline.killAll();
        }
    }
}
