package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What becomes of a task; run against SQLite and PostgreSQL. */
abstract class TaskEngineContract extends EngineTestKit {
    @Test
    void workAndItsSuccessorAreCommittedWithTheTask() {
        SqlStateStore store = store();
        var second = new TestHandler("second", (task, context) -> Outcome.done());
        var first = new TestHandler(
                "first",
                (task, context) -> Outcome.done(tx -> {
                    tx.meta().put("made by", task.payload());
                    tx.tasks().enqueue(new NewTask("second", task.key(), "{}", TaskPriority.DEAL));
                }));
        started(store, first, second);

        store.transact(tx -> tx.tasks().enqueue(new NewTask("first", "1", "{\"n\":1}", TaskPriority.DEAL)));

        awaitState(store, "second", "1", TaskState.DONE);
        assertThat(task(store, "first", "1").state()).isEqualTo(TaskState.DONE);
        Optional<String> made = store.read(tx -> tx.meta().get("made by"));
        assertThat(made).contains("{\"n\":1}");
        assertThat(first.ran()).containsExactly("1");
    }

    @Test
    void enqueueIsIdempotent_evenAfterTheTaskIsDone() {
        SqlStateStore store = store();
        var handler = new TestHandler("once", (task, context) -> Outcome.done());
        started(store, handler);
        enqueue(store, "once", "1");
        awaitState(store, "once", "1", TaskState.DONE);

        boolean isNew = store.transact(tx -> tx.tasks().enqueue(new NewTask("once", "1", "{}", TaskPriority.DEAL)));
        enqueue(store, "once", "2");
        awaitState(store, "once", "2", TaskState.DONE);

        assertThat(isNew).isFalse();
        assertThat(handler.ran()).containsExactly("1", "2");
        clock.step(Duration.ofDays(1));
        int forgotten = store.transact(tx -> tx.tasks().forgetDone(clock.instant()));
        assertThat(forgotten).isEqualTo(2);
    }

    @Test
    void commitThatThrowsLeavesNothing_andTheTaskIsRetried() {
        SqlStateStore store = store();
        var attempts = new AtomicInteger();
        var handler = new TestHandler(
                "flaky",
                (task, context) -> Outcome.done(tx -> {
                    tx.meta().put("attempt " + attempts.incrementAndGet(), "made");
                    if (attempts.get() == 1) {
                        throw new IllegalStateException("the first commit fails");
                    }
                }));
        started(store, handler);
        enqueue(store, "flaky", "1");

        Awaitility.await().atMost(SOON).until(() -> task(store, "flaky", "1").attempts() == 1);
        assertThat(task(store, "flaky", "1").why().orElse("")).contains("the first commit fails");
        clock.step(Duration.ofSeconds(10));

        awaitState(store, "flaky", "1", TaskState.DONE);
        Optional<String> first = store.read(tx -> tx.meta().get("attempt 1"));
        Optional<String> second = store.read(tx -> tx.meta().get("attempt 2"));
        assertThat(first).isEmpty();
        assertThat(second).contains("made");
    }

    @Test
    void failuresBackOffExponentially_thenTheTaskIsFailedAndVisible() {
        SqlStateStore store = store();
        var policy = new RetryPolicy(4, Duration.ofSeconds(10), 3, Duration.ofSeconds(60), 0.5);
        var handler = new TestHandler("broken", Resources.NONE, policy, (task, context) -> {
            throw new IOException("no route to host");
        });
        TaskEngine engine = started(store, handler);
        enqueue(store, "broken", "1");

        // Pauses of 10, 30 and 60 seconds, of which up to half is taken off by jitter.
        for (int failure = 1; failure <= 3; failure++) {
            int failures = failure;
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> task(store, "broken", "1").attempts() == failures);
            long full = List.of(10L, 30L, 60L).get(failure - 1);
            Duration pause =
                    Duration.between(clock.instant(), task(store, "broken", "1").notBefore());
            assertThat(pause).isBetween(Duration.ofSeconds(full).dividedBy(2), Duration.ofSeconds(full));
            assertThat(engine.tasks().getFirst().waitsFor().orElse("")).contains("no route to host");
            clock.step(pause.minusMillis(1));
            assertThat(handler.ran()).hasSize(failure);
            clock.step(Duration.ofMillis(1));
        }

        awaitState(store, "broken", "1", TaskState.FAILED);
        clock.step(Duration.ofDays(1));
        assertThat(handler.ran()).hasSize(4);
        assertThat(engine.tasks().getFirst().waitsFor().orElse("")).contains("failed 4 times", "no route to host");
        assertThat(meters.counter("adit.task.failures", "kind", "broken").count())
                .isEqualTo(4);
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(meters.get("adit.task.failed")
                                .tag("kind", "broken")
                                .gauge()
                                .value())
                        .isEqualTo(1));
    }

    @Test
    void failedTaskRunsAgain_whenTheOperatorRetries() {
        SqlStateStore store = store();
        var broken = new AtomicReference<>(true);
        var handler = new TestHandler(
                "t", Resources.NONE, new RetryPolicy(1, Duration.ZERO, 1, Duration.ZERO, 0), (task, context) -> {
                    if (broken.get()) {
                        throw new StackOverflowError("even an error");
                    }
                    return Outcome.done();
                });
        TaskEngine engine = started(store, handler);
        enqueue(store, "t", "1");
        awaitState(store, "t", "1", TaskState.FAILED);
        broken.set(false);

        boolean retried = engine.retry("t", "1");

        assertThat(retried).isTrue();
        awaitState(store, "t", "1", TaskState.DONE);
        assertThat(engine.retry("t", "unknown")).isFalse();
        assertThat(engine.tasks()).isEmpty();
    }

    @Test
    void parkedTaskWaitsForTheOperator() {
        SqlStateStore store = store();
        var parked = new AtomicReference<>(true);
        var handler = new TestHandler(
                "t",
                (task, context) -> parked.get()
                        ? new Outcome.Park(StateErrorCode.STATE_NOT_FOUND, "declare a storage path")
                        : Outcome.done());
        TaskEngine engine = started(store, handler);
        enqueue(store, "t", "1");
        awaitState(store, "t", "1", TaskState.PARKED);
        clock.step(Duration.ofDays(30));

        TaskView view = engine.tasks().getFirst();
        assertThat(view.waitsFor().orElse("")).contains("STATE_NOT_FOUND", "declare a storage path");
        parked.set(false);
        engine.retry("t", "1");
        awaitState(store, "t", "1", TaskState.DONE);
        assertThat(handler.ran()).hasSize(2);
    }

    @Test
    void operatorParksAWaitingTask() {
        SqlStateStore store = store();
        var handler = new TestHandler(
                "t", (task, context) -> new Outcome.Later(Duration.ofHours(1), "never", "waits for the chain"));
        TaskEngine engine = started(store, handler);
        enqueue(store, "t", "1");
        awaitState(store, "t", "1", TaskState.WAITING);

        assertThat(engine.tasks().getFirst().waitsFor().orElse("")).contains("waits for the chain", "never");
        boolean parked = store.transact(tx -> tx.tasks().park("t", "1", "not now"));
        assertThat(parked).isTrue();

        clock.step(Duration.ofHours(2));
        engine.signal("never");
        assertThat(task(store, "t", "1").state()).isEqualTo(TaskState.PARKED);
        assertThat(handler.ran()).hasSize(1);
    }

    @Test
    void signalOfATransactionWakesTheTask_whenItIsRunningAndAboutToWait() throws Exception {
        SqlStateStore store = store();
        var looked = new CountDownLatch(1);
        var signalled = new CountDownLatch(1);
        var handler = new TestHandler("t", (task, context) -> {
            if (signalled.getCount() == 0) {
                return Outcome.done();
            }
            looked.countDown();
            signalled.await();
            return new Outcome.Later(Duration.ofDays(1), "piece", "waits for a piece");
        });
        TaskEngine engine = engine(store, PATIENT, Resources.NONE, handler);
        engine.start();
        enqueue(store, "t", "1");
        looked.await();

        store.transactVoid(tx -> tx.tasks().signal("piece"));
        signalled.countDown();

        awaitState(store, "t", "1", TaskState.DONE);
    }

    @Test
    void doneTaskIsForgotten_whenItEndedLongAgo() {
        SqlStateStore store = store();
        started(store, new TestHandler("t", (task, context) -> Outcome.done()));
        enqueue(store, "t", "1");
        awaitState(store, "t", "1", TaskState.DONE);

        clock.step(Duration.ofDays(60));
        enqueue(store, "t", "2");
        awaitState(store, "t", "2", TaskState.DONE);
        assertThat(task(store, "t", "1").state()).isEqualTo(TaskState.DONE);
        clock.step(Duration.ofDays(31));

        Awaitility.await()
                .atMost(SOON)
                .until(() -> store.read(tx -> tx.tasks().find("t", "1")).isEmpty());
        assertThat(task(store, "t", "2").state()).isEqualTo(TaskState.DONE);
    }

    @Test
    void taskRunsOnAPlatformThread_whenItBlocksOnFiles() {
        SqlStateStore store = store();
        var virtual = new AtomicReference<>(Optional.<Boolean>empty());
        var handler = new TaskHandler() {
            @Override
            public String kind() {
                return "files";
            }

            @Override
            public boolean blocksOnFiles() {
                return true;
            }

            @Override
            public Outcome run(Task task, TaskContext context) {
                virtual.set(Optional.of(Thread.currentThread().isVirtual()));
                return Outcome.done();
            }
        };
        started(store, handler);
        enqueue(store, "files", "1");
        awaitState(store, "files", "1", TaskState.DONE);

        assertThat(virtual.get()).contains(false);
    }

    @Test
    void signalWakesWithin100Milliseconds() {
        SqlStateStore store = store();
        var woken = new AtomicReference<>(Optional.<Long>empty());
        var signalled = new AtomicReference<>(false);
        var handler = new TestHandler("t", (task, context) -> {
            if (signalled.get()) {
                woken.set(Optional.of(System.nanoTime()));
                return Outcome.done();
            }
            return new Outcome.Later(Duration.ofDays(1), "head", "waits for a block");
        });
        // A poll of a minute: only the signal itself can be the reason.
        TaskEngine engine = engine(store, PATIENT, Resources.NONE, handler);
        engine.start();
        var took = new ArrayList<Long>();
        for (int i = 0; i < 5; i++) {
            String key = "t" + i;
            signalled.set(false);
            woken.set(Optional.empty());
            enqueue(store, "t", key);
            awaitState(store, "t", key, TaskState.WAITING);
            signalled.set(true);

            long before = System.nanoTime();
            engine.signal("head");
            awaitState(store, "t", key, TaskState.DONE);
            took.add((woken.get().orElseThrow() - before) / 1_000_000);
        }

        // The best of five: the bound is the engine's, a busy machine may stall any one of them.
        assertThat(took.stream().mapToLong(Long::longValue).min().orElseThrow()).isLessThan(100);
    }

    @Test
    void signalIsNotLost_whenItComesWhileTheTaskRuns() throws Exception {
        SqlStateStore store = store();
        var running = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var runs = new AtomicInteger();
        var handler = new TestHandler("t", (task, context) -> {
            if (runs.incrementAndGet() == 1) {
                running.countDown();
                goOn.await();
                return new Outcome.Later(Duration.ofDays(1), "head", "saw no block yet");
            }
            return Outcome.done();
        });
        TaskEngine engine = engine(store, PATIENT, Resources.NONE, handler);
        engine.start();
        enqueue(store, "t", "1");
        running.await();

        engine.signal("head");
        goOn.countDown();

        awaitState(store, "t", "1", TaskState.DONE);
    }

    @Test
    void signalInsideATransactionWakesAfterTheCommit() {
        SqlStateStore store = store();
        var handler = new TestHandler("t", (task, context) -> {
            Optional<String> fact = store.read(tx -> tx.meta().get("fact"));
            return fact.isPresent() ? Outcome.done() : new Outcome.Later(Duration.ofDays(1), "fact", "no fact");
        });
        TaskEngine engine = engine(store, PATIENT, Resources.NONE, handler);
        engine.start();
        enqueue(store, "t", "1");
        awaitState(store, "t", "1", TaskState.WAITING);

        store.transactVoid(tx -> {
            tx.meta().put("fact", "true");
            tx.tasks().signal("fact");
        });

        awaitState(store, "t", "1", TaskState.DONE);
    }

    @Test
    void waitEndsWithoutASignal_whenTheTimeIsOver() {
        SqlStateStore store = store();
        var handler = new TestHandler(
                "t",
                (task, context) -> context.now().equals(START)
                        ? new Outcome.Later(Duration.ofMinutes(5), "s", "w")
                        : Outcome.done());
        started(store, handler);
        enqueue(store, "t", "1");
        awaitState(store, "t", "1", TaskState.WAITING);

        clock.step(Duration.ofMinutes(5));

        awaitState(store, "t", "1", TaskState.DONE);
    }
}
