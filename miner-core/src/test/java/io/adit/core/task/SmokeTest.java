package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.state.SqlStateStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmokeTest {
    @Test
    void taskCommits_whenHandlerIsDone(@TempDir Path dir) {
        TaskHandler handler = new TaskHandler() {
            @Override
            public String kind() {
                return "greet";
            }

            @Override
            public Outcome run(Task task, TaskContext context) {
                return Outcome.done(tx -> tx.meta().put("greeted", task.key()));
            }
        };
        try (var store = SqlStateStore.sqlite(dir.resolve("state.db"));
                var engine = new TaskEngine(
                        store, InstantSource.system(), Resources.NONE, List.of(handler), new SimpleMeterRegistry())) {
            engine.start();
            store.transact(tx -> tx.tasks().enqueue(new NewTask("greet", "mars", "{}", TaskPriority.DEAL)));

            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                Optional<String> greeted = store.read(tx -> tx.meta().get("greeted"));
                assertThat(greeted).contains("mars");
            });
        }
    }
}
