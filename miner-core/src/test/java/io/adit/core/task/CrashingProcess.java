package io.adit.core.task;

import io.adit.core.state.SqlStateStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A process with a three-step pipeline, to be killed in the middle. Each step appends its name to the value "trace" in
 * the transaction that ends it; "step.b" also counts its runs outside of that transaction.
 */
final class CrashingProcess {
    static final Duration LIFE = Duration.ofSeconds(60);

    private CrashingProcess() {}

    static List<TaskHandler> pipeline(SqlStateStore store, CountDownLatch finished) {
        return List.of(
                step(store, "step.a", "step.b", () -> {}),
                step(store, "step.b", "step.c", () -> {}),
                step(store, "step.c", "", finished::countDown));
    }

    private static TaskHandler step(SqlStateStore store, String kind, String next, Runnable last) {
        return new TestHandler(kind, (task, context) -> {
            store.transactVoid(tx -> tx.meta()
                    .put("runs of " + kind, tx.meta().get("runs of " + kind).orElse("") + "x"));
            return Outcome.done(tx -> {
                tx.meta().put("trace", tx.meta().get("trace").orElse("") + kind + " ");
                if (!next.isEmpty()) {
                    tx.tasks().enqueue(new NewTask(next, task.key(), "{}", TaskPriority.COMMIT));
                }
                last.run();
            });
        });
    }

    public static void main(String[] args) throws InterruptedException {
        var finished = new CountDownLatch(1);
        try (var store = SqlStateStore.sqlite(Path.of(args[0]))) {
            try (var engine = new TaskEngine(
                    store,
                    InstantSource.system(),
                    Resources.NONE,
                    pipeline(store, finished),
                    new SimpleMeterRegistry())) {
                engine.start();
                store.transact(tx -> tx.tasks().enqueue(new NewTask("step.a", "1", "{}", TaskPriority.COMMIT)));
                boolean before =
                        store.read(tx -> tx.meta().get("trace").orElse("").contains("step.c"));
                if (!before && !finished.await(LIFE.toSeconds(), TimeUnit.SECONDS)) {
                    System.exit(1);
                }
            }
        }
    }
}
