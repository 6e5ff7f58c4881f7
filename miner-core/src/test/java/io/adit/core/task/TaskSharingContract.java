package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.TaskClaims.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How tasks share a machine and machines share tasks; run against SQLite and PostgreSQL. */
abstract class TaskSharingContract extends EngineTestKit {
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
        enqueue(store, "t", "post", TaskPriority.COMMIT);

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
    void handlerThatCannotTellItsNeedsBlocksNobody() {
        SqlStateStore store = store();
        TaskHandler confused = new TaskHandler() {
            @Override
            public String kind() {
                return "confused";
            }

            @Override
            public Resources needs(Task task) {
                throw new IllegalStateException("no idea");
            }

            @Override
            public Outcome run(Task task, TaskContext context) {
                return Outcome.done();
            }
        };
        TaskEngine engine = started(store, confused, new TestHandler("t", (task, context) -> Outcome.done()));
        enqueue(store, "confused", "1", TaskPriority.COMMIT);
        enqueue(store, "t", "1");

        awaitState(store, "t", "1", TaskState.DONE);

        assertThat(engine.tasks().getFirst().waitsFor().orElse("")).contains("no idea");
    }

    @Test
    void taskThatNeedsTooMuchSaysSo_andBlocksNobody() {
        SqlStateStore store = store();
        var giant = new TestHandler(
                "giant", new Resources(99, 0, 0, 0), RetryPolicy.standard(), (task, context) -> Outcome.done());
        var normal = new TestHandler(
                "normal", new Resources(1, 0, 0, 0), RetryPolicy.standard(), (task, context) -> Outcome.done());
        TaskEngine engine = started(store, giant, normal);
        enqueue(store, "giant", "1", TaskPriority.COMMIT);
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

    @Test
    void claimFails_whenTheLeaseWasRenewedAfterTheTaskWasSeen() {
        SqlStateStore store = store();
        enqueue(store, "t", "1");
        Duration lease = Duration.ofSeconds(30);
        store.transact(tx -> tx.claims().claim(tx.tasks().find("t", "1").orElseThrow(), "a", clock.instant(), lease));
        clock.step(lease);
        List<Task> due = store.read(tx -> tx.claims().due(Set.of("t"), clock.instant(), 10));
        assertThat(due).hasSize(1);

        store.transact(tx -> tx.claims().renew("a", clock.instant().plus(lease)));
        Optional<Task> stolen = store.transact(tx -> tx.claims().claim(due.getFirst(), "b", clock.instant(), lease));

        assertThat(stolen).isEmpty();
        assertThat(task(store, "t", "1").owner()).contains("a");
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
