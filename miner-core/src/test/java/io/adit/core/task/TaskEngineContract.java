package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateErrorCode;
import io.adit.core.state.TaskClaims.Ending;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the engine must do on every store; run against SQLite and PostgreSQL. */
abstract class TaskEngineContract {
    private static final Instant START = Instant.parse("2026-11-22T18:00:00Z");
    private static final EngineSettings BRISK =
            new EngineSettings(Duration.ofSeconds(30), Duration.ofMillis(20), Duration.ofSeconds(5));
    private static final EngineSettings PATIENT =
            new EngineSettings(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(5));
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final SteppedClock clock = new SteppedClock(START);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Opens an empty store whose time stamps come from the clock. */
    abstract SqlStateStore open(InstantSource clock);

    @AfterEach
    void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private SqlStateStore store() {
        SqlStateStore store = open(clock);
        opened.push(store);
        return store;
    }

    private TaskEngine engine(SqlStateStore store, EngineSettings settings, Resources has, TaskHandler... handlers) {
        var registry = opened.size() == 1 ? meters : new SimpleMeterRegistry();
        var engine = new TaskEngine(store, clock, has, List.of(handlers), registry, settings, new SplittableRandom(7));
        opened.push(engine);
        return engine;
    }

    private TaskEngine started(SqlStateStore store, TaskHandler... handlers) {
        TaskEngine engine = engine(store, BRISK, new Resources(4, 0, 1, 0), handlers);
        engine.start();
        return engine;
    }

    private static void enqueue(SqlStateStore store, String kind, String key, TaskPriority priority) {
        store.transact(tx -> tx.tasks().enqueue(new NewTask(kind, key, "{}", priority)));
    }

    private static void enqueue(SqlStateStore store, String kind, String key) {
        enqueue(store, kind, key, TaskPriority.DEAL);
    }

    private static Task task(SqlStateStore store, String kind, String key) {
        return store.read(tx -> tx.tasks().find(kind, key).orElseThrow());
    }

    private static void awaitState(SqlStateStore store, String kind, String key, TaskState state) {
        Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            Optional<TaskState> now =
                    store.read(tx -> tx.tasks().find(kind, key).map(Task::state));
            assertThat(now).contains(state);
        });
    }

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
        var handler = new TestHandler("t", Resources.NONE, RetryPolicy.never(), (task, context) -> {
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
        assertThat(engine.park("t", "1", "not now")).isTrue();

        clock.step(Duration.ofHours(2));
        engine.signal("never");
        assertThat(task(store, "t", "1").state()).isEqualTo(TaskState.PARKED);
        assertThat(handler.ran()).hasSize(1);
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

    @Test
    void urgentTasksGoFirst_thenOlderOnes() {
        SqlStateStore store = store();
        var handler = new TestHandler(
                "t", new Resources(0, 0, 1, 0), RetryPolicy.standard(), (task, context) -> Outcome.done());
        enqueue(store, "t", "background", TaskPriority.BACKGROUND);
        clock.step(Duration.ofSeconds(1));
        enqueue(store, "t", "first deal", TaskPriority.DEAL);
        clock.step(Duration.ofSeconds(1));
        enqueue(store, "t", "second deal", TaskPriority.DEAL);
        clock.step(Duration.ofSeconds(1));
        enqueue(store, "t", "post", TaskPriority.WINDOW_POST);

        started(store, handler);

        awaitState(store, "t", "background", TaskState.DONE);
        assertThat(handler.ran()).containsExactly("post", "first deal", "second deal", "background");
    }

    @Test
    void resourcesAreNeverOverspent_andLargeTasksAreNotStarved() throws Exception {
        SqlStateStore store = store();
        var inUse = new AtomicInteger();
        var worst = new AtomicInteger();
        var gate = new Semaphore(0);
        TestHandler.Body small = (task, context) -> {
            worst.accumulateAndGet(inUse.addAndGet(1), Math::max);
            gate.acquire();
            inUse.addAndGet(-1);
            return Outcome.done();
        };
        TestHandler.Body large = (task, context) -> {
            worst.accumulateAndGet(inUse.addAndGet(4), Math::max);
            inUse.addAndGet(-4);
            return Outcome.done();
        };
        var smallTasks = new TestHandler("small", new Resources(1, 0, 0, 0), RetryPolicy.standard(), small);
        var largeTasks = new TestHandler("large", new Resources(4, 0, 0, 0), RetryPolicy.standard(), large);
        var free = new TestHandler("free", (task, context) -> Outcome.done());
        TaskEngine engine = engine(store, BRISK, new Resources(4, 0, 0, 0), smallTasks, largeTasks, free);
        engine.start();
        for (int i = 0; i < 3; i++) {
            enqueue(store, "small", "before " + i);
        }
        Awaitility.await().atMost(SOON).until(() -> smallTasks.ran().size() == 3);
        clock.step(Duration.ofSeconds(1));
        enqueue(store, "large", "1");
        clock.step(Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            enqueue(store, "small", "after " + i);
        }
        enqueue(store, "free", "1");

        // One core is free, yet the small tasks behind the large one must leave it; a task without needs passes.
        awaitState(store, "free", "1", TaskState.DONE);
        assertThat(smallTasks.ran()).hasSize(3);
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(engine.tasks())
                        .filteredOn(view -> view.task().kind().equals("large"))
                        .allSatisfy(
                                view -> assertThat(view.waitsFor().orElse("")).isEqualTo("waits for 4 cpu (1 there)")));
        gate.release(3);
        awaitState(store, "large", "1", TaskState.DONE);
        gate.release(3);
        awaitState(store, "small", "after 2", TaskState.DONE);
        assertThat(largeTasks.ran()).hasSize(1);
        assertThat(worst.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void taskThatNeedsTooMuchSaysSo_andBlocksNobody() {
        SqlStateStore store = store();
        var giant = new TestHandler(
                "giant", new Resources(99, 0, 0, 0), RetryPolicy.standard(), (task, context) -> Outcome.done());
        var normal = new TestHandler(
                "normal", new Resources(1, 0, 0, 0), RetryPolicy.standard(), (task, context) -> Outcome.done());
        TaskEngine engine = started(store, giant, normal);
        enqueue(store, "giant", "1", TaskPriority.WINDOW_POST);
        enqueue(store, "normal", "1");
        enqueue(store, "unknown kind", "1");

        awaitState(store, "normal", "1", TaskState.DONE);

        assertThat(engine.tasks().stream().map(view -> view.waitsFor().orElse("")))
                .containsExactlyInAnyOrder(
                        "needs more than this machine has: 99 cpu (4 there)",
                        "no handler for unknown kind on this engine");
    }

    @Test
    void everyTaskRunsOnce_whenTwoEnginesShareTheStore() {
        SqlStateStore store = store();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        Set<String> twice = ConcurrentHashMap.newKeySet();
        TestHandler.Body note = (task, context) -> {
            if (!seen.add(task.key())) {
                twice.add(task.key());
            }
            return Outcome.done();
        };
        for (int i = 0; i < 200; i++) {
            enqueue(store, "t", "task " + i);
        }
        var one = new TestHandler("t", new Resources(1, 0, 0, 0), RetryPolicy.standard(), note);
        var two = new TestHandler("t", new Resources(1, 0, 0, 0), RetryPolicy.standard(), note);
        TaskEngine first = engine(store, BRISK, new Resources(4, 0, 0, 0), one);
        TaskEngine second = engine(store, BRISK, new Resources(4, 0, 0, 0), two);

        first.start();
        second.start();

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            List<Task> left = store.read(tx -> tx.tasks().listUnfinished());
            return left.isEmpty();
        });
        assertThat(seen).hasSize(200);
        assertThat(twice).isEmpty();
        assertThat(one.ran().size() + two.ran().size()).isEqualTo(200);
        assertThat(new HashSet<>(one.ran())).doesNotContainAnyElementsOf(two.ran());
    }

    @Test
    void onlyOneClaimSucceeds_whenTwoSawTheSameTask() {
        SqlStateStore store = store();
        enqueue(store, "t", "1");
        Task seen = task(store, "t", "1");
        Duration lease = Duration.ofSeconds(30);

        Optional<Task> first = store.transact(tx -> tx.claims().claim(seen, "a", clock.instant(), lease));
        Optional<Task> second = store.transact(tx -> tx.claims().claim(seen, "b", clock.instant(), lease));

        assertThat(first).map(Task::fence).contains(1L);
        assertThat(second).isEmpty();
        clock.step(lease);
        List<Task> due = store.read(tx -> tx.claims().due(Set.of("t"), clock.instant(), 10));
        Optional<Task> third = store.transact(tx -> tx.claims().claim(due.getFirst(), "b", clock.instant(), lease));
        assertThat(third).map(Task::fence).contains(2L);
        assertThat(store.<Boolean>transact(tx -> tx.claims().finish(first.orElseThrow(), done())))
                .isFalse();
        assertThat(store.<Boolean>transact(tx -> tx.claims().finish(third.orElseThrow(), done())))
                .isTrue();
    }

    private Ending done() {
        return new Ending(TaskState.DONE, 0, clock.instant(), Optional.empty(), Optional.empty(), clock.instant());
    }

    @Test
    void taskWhoseLeaseRanOutCannotCommit() throws Exception {
        SqlStateStore store = store();
        var running = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var ownedAtTheEnd = new AtomicReference<>(true);
        var slow = new TestHandler("t", (task, context) -> {
            assertThat(context.stillOwned()).isTrue();
            running.countDown();
            goOn.await();
            ownedAtTheEnd.set(context.stillOwned());
            return Outcome.done(tx -> tx.meta().put("committed by", "the slow engine"));
        });
        engine(store, PATIENT, Resources.NONE, slow).start();
        enqueue(store, "t", "1");
        running.await();

        // The clock jumps, as on a machine that was paused, and another machine takes the task before this one looks.
        var taken = new AtomicReference<>(Optional.<Task>empty());
        Awaitility.await().atMost(SOON).until(() -> {
            clock.step(Duration.ofSeconds(31));
            taken.set(store.transact(
                    tx -> tx.claims().claim(tx.tasks().find("t", "1").orElseThrow(), "other", clock.instant(), SOON)));
            return taken.get().isPresent();
        });
        store.transactVoid(tx -> {
            assertThat(tx.claims().finish(taken.get().orElseThrow(), done())).isTrue();
            tx.meta().put("committed by", "the quick engine");
        });
        goOn.countDown();

        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(meters.get("adit.task.duration")
                                .tag("ending", "running")
                                .timer()
                                .count())
                        .isEqualTo(1));
        assertThat(ownedAtTheEnd).hasValue(false);
        Optional<String> by = store.read(tx -> tx.meta().get("committed by"));
        assertThat(by).contains("the quick engine");
        assertThat(task(store, "t", "1").fence()).isEqualTo(2);
    }

    @Test
    void leaseIsRenewed_whileTheTaskRuns() throws Exception {
        SqlStateStore store = store();
        var running = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var handler = new TestHandler("t", (task, context) -> {
            running.countDown();
            context.progress("half way");
            goOn.await();
            return context.stillOwned() ? Outcome.done() : new Outcome.Park(TaskErrorCode.TASK_LEASE_LOST, "lost");
        });
        TaskEngine engine = started(store, handler);
        enqueue(store, "t", "1");
        running.await();

        for (int i = 0; i < 10; i++) {
            clock.step(Duration.ofSeconds(11));
            Instant expected = clock.instant().plus(BRISK.lease());
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> task(store, "t", "1")
                            .leaseUntil()
                            .filter(expected::equals)
                            .isPresent());
        }

        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(
                        () -> assertThat(engine.tasks().getFirst().progress()).contains("half way"));
        goOn.countDown();
        awaitState(store, "t", "1", TaskState.DONE);
        assertThat(handler.ran()).hasSize(1);
    }

    @Test
    void closingGivesRunningTasksBack_withoutCountingAFailure() {
        SqlStateStore store = store();
        var running = new CountDownLatch(1);
        var handler = new TestHandler("t", (task, context) -> {
            running.countDown();
            new CountDownLatch(1).await();
            return Outcome.done();
        });
        TaskEngine engine = started(store, handler);
        enqueue(store, "t", "1");
        Awaitility.await().atMost(SOON).until(() -> running.getCount() == 0);

        engine.close();

        Task task = task(store, "t", "1");
        assertThat(task.state()).isEqualTo(TaskState.READY);
        assertThat(task.attempts()).isZero();
        assertThat(task.owner()).isEmpty();
    }

    @Test
    void twoHandlersForOneKindAreRefused() {
        SqlStateStore store = store();
        var handler = new TestHandler("t", (task, context) -> Outcome.done());

        assertThatThrownBy(() -> engine(store, BRISK, Resources.NONE, handler, handler))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(TaskErrorCode.TASK_KIND_TWICE));
    }
}
