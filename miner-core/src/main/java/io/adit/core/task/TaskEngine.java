package io.adit.core.task;

import io.adit.core.error.AditException;
import io.adit.core.state.StateStore;
import io.adit.core.state.TaskClaims.Ending;
import io.adit.core.time.Strand;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs durable tasks. Leases and fencing tokens keep two engines on one store from ending the same task; which machine
 * has a task's files is nobody's knowledge here, so a miner has one node at a time ({@code NodeLease}).
 *
 * <p>One dispatcher thread looks for due tasks, by priority and then age, claims those whose needs fit and starts a
 * thread for each. A task that lacks a resource holds back what it lacks from the tasks behind it, so a large or
 * urgent task is not starved by small ones; tasks that do not need that resource pass. The dispatcher also renews
 * leases. A task's ending is written under its fencing token; an ending that comes after the lease was lost is thrown
 * away whole.
 */
public final class TaskEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskEngine.class);
    private static final int LOOK_AT_MOST = 4096;
    private static final Duration KEEP_DONE = Duration.ofDays(90);
    private static final Duration FORGET_EVERY = Duration.ofDays(1);

    private final StateStore store;
    private final Timeline timeline;
    private final Resources available;
    private volatile Map<String, TaskHandler> handlers;
    private final EngineSettings settings;
    private final TaskMeters meters;
    private final TaskRunner runner;
    private final String owner;
    private final Runnable wake = this::wake;
    private final Consumer<String> signalled = this::signal;

    private final Map<TaskId, RunningTask> running = new ConcurrentHashMap<>();
    private volatile Map<TaskId, String> held = Map.of();
    private volatile boolean closing;
    private @Nullable Strand dispatcher;

    private final Lock lock;
    private final Condition changed;
    private boolean wakeAsked;
    private Resources free;
    private Instant renewedAt = Instant.MIN;
    private Instant forgottenAt = Instant.EPOCH;
    private OptionalLong countedAt = OptionalLong.empty();

    /** An engine with standard settings. */
    public TaskEngine(
            StateStore store,
            InstantSource clock,
            Resources available,
            List<TaskHandler> handlers,
            MeterRegistry registry) {
        this(store, clock, available, handlers, registry, EngineSettings.standard(), new SecureRandom());
    }

    /** An engine in real time. */
    public TaskEngine(
            StateStore store,
            InstantSource clock,
            Resources available,
            List<TaskHandler> handlers,
            MeterRegistry registry,
            EngineSettings settings,
            RandomGenerator random) {
        this(store, new SystemTimeline(clock), available, handlers, registry, settings, random);
    }

    /**
     * An engine, not yet started.
     *
     * @param timeline that its threads, its waiting and its leases keep to
     * @param available what this machine gives to tasks
     * @param random draws the jitter of retries
     */
    public TaskEngine(
            StateStore store,
            Timeline timeline,
            Resources available,
            List<TaskHandler> handlers,
            MeterRegistry registry,
            EngineSettings settings,
            RandomGenerator random) {
        this.store = store;
        this.timeline = timeline;
        this.lock = timeline.newLock();
        this.changed = lock.newCondition();
        this.available = available;
        this.free = available;
        this.handlers = byKind(handlers.stream());
        this.settings = settings;
        this.owner = store.incarnation() + "/" + UUID.randomUUID();
        this.meters = new TaskMeters(registry, this.handlers.keySet());
        this.runner = new TaskRunner(store, timeline, meters, random, () -> closing);
    }

    private static Map<String, TaskHandler> byKind(Stream<TaskHandler> handlers) {
        var byKind = new LinkedHashMap<String, TaskHandler>();
        handlers.forEach(handler -> {
            if (byKind.put(handler.kind(), handler) != null) {
                throw new AditException(
                        TaskErrorCode.TASK_KIND_TWICE, "registering task handlers: two for kind " + handler.kind());
            }
        });
        return Map.copyOf(byKind);
    }

    /** Runs tasks of further kinds from now on; also while the engine runs, for rooms that open late. */
    public void add(List<TaskHandler> more) {
        lock.lock();
        try {
            handlers = byKind(Stream.concat(handlers.values().stream(), more.stream()));
        } finally {
            lock.unlock();
        }
        meters.watch(more.stream().map(TaskHandler::kind).toList());
        wake();
    }

    /**
     * Starts to run tasks. Tasks that an earlier process of an exclusive store was running when it died are taken over at
     * once; on a shared store their leases must run out first.
     */
    public void start() {
        if (handlers.isEmpty()) {
            return;
        }
        if (store.exclusive()) {
            int orphans = store.transact(tx -> tx.claims().releaseForeign(store.incarnation()));
            if (orphans > 0) {
                LOG.info("taking over {} tasks that were running when the last process ended", orphans);
            }
        }
        store.onTasksReady(wake);
        store.onSignal(signalled);
        dispatcher = timeline.start(Strand.Kind.PLATFORM, "task-engine", this::dispatchUntilClosed);
    }

    /**
     * Wakes every task that waits for the signal, here and on other engines, and those that are just about to wait for
     * it here.
     */
    public void signal(String name) {
        running.values().forEach(task -> task.signalled(name));
        boolean waited = store.read(tx -> tx.claims().waitsFor(name));
        if (waited) {
            store.transact(tx -> tx.tasks().signal(name));
        }
    }

    /** Every task that is not done, and why it does not run. */
    public List<TaskView> tasks() {
        Instant now = timeline.instant();
        List<Task> unfinished = store.read(tx -> tx.tasks().listUnfinished());
        var views = new ArrayList<TaskView>();
        for (Task task : unfinished) {
            RunningTask here = running.get(TaskId.of(task));
            Optional<String> progress = here == null ? Optional.empty() : here.progress();
            views.add(new TaskView(task, waitsFor(task, now), progress));
        }
        return views;
    }

    private Optional<String> waitsFor(Task task, Instant now) {
        String why = task.why().orElse("");
        return switch (task.state()) {
            case RUNNING, DONE -> Optional.empty();
            case WAITING ->
                Optional.of(why + " (until signal " + task.signal().orElse("?") + " or " + task.notBefore() + ")");
            case PARKED -> Optional.of("parked: " + why);
            case FAILED -> Optional.of("failed " + task.attempts() + " times: " + why);
            case READY -> {
                if (task.notBefore().isAfter(now)) {
                    yield Optional.of("retry " + task.attempts() + " at " + task.notBefore() + " after: " + why);
                }
                if (!handlers.containsKey(task.kind())) {
                    yield Optional.of("no handler for " + task.kind() + " on this engine");
                }
                yield Optional.of(held.getOrDefault(TaskId.of(task), "next to be claimed"));
            }
        };
    }

    /** Runs a waiting, parked, failed or finished task now. Answers whether there was one that is not running. */
    public boolean retry(String kind, String key) {
        return store.transact(tx -> tx.tasks().retry(kind, key));
    }

    private void wake() {
        lock.lock();
        try {
            wakeAsked = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void dispatchUntilClosed() {
        while (!closing) {
            Duration pause = settings.poll();
            try {
                renewLeases();
                forgetOld();
                pause = dispatch();
            } catch (Throwable e) {
                // The store may be away for minutes, memory may be short for a moment; the loop must outlive both.
                LOG.warn("looking for due tasks failed, trying again in {}", pause, e);
            }
            await(pause);
        }
    }

    private void await(Duration pause) {
        lock.lock();
        try {
            long nanos = pause.toNanos();
            while (!wakeAsked && !closing && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            wakeAsked = false;
        } catch (InterruptedException e) {
            // Only close() interrupts, and it has set the flag that ends the loop.
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Claims and starts what fits; answers how long nothing will become due. */
    private Duration dispatch() {
        Instant now = timeline.instant();
        List<Task> due = store.read(tx -> tx.claims().due(handlers.keySet(), now, LOOK_AT_MOST));
        List<Chosen> chosen = choose(due);
        if (!chosen.isEmpty() && !closing) {
            var claimed = store.transact(tx -> {
                var mine = new ArrayList<Chosen>();
                for (Chosen one : chosen) {
                    tx.claims()
                            .claim(one.task(), owner, now, settings.lease())
                            .ifPresent(task -> mine.add(new Chosen(task, one.needs())));
                }
                return mine;
            });
            claimed.forEach(this::startRunning);
        }
        // The figures are for people, who look once in a while: counting at each wake would cost as much as
        // dispatching.
        boolean count = countedAt.isEmpty()
                || timeline.nanoTime() - countedAt.getAsLong()
                        >= settings.poll().toNanos();
        var outlook = store.read(tx -> {
            if (count) {
                meters.counted(tx.claims().counts());
            }
            return tx.claims().nextDue(handlers.keySet(), now);
        });
        if (count) {
            countedAt = OptionalLong.of(timeline.nanoTime());
        }
        Duration untilNext = outlook.map(next -> Duration.between(now, next)).orElse(settings.poll());
        return untilNext.compareTo(settings.poll()) < 0 ? untilNext.plusMillis(1) : settings.poll();
    }

    /** A task that fits, and what it takes. */
    private record Chosen(Task task, Resources needs) {}

    private List<Chosen> choose(List<Task> due) {
        Resources offered = freeNow();
        var chosen = new ArrayList<Chosen>();
        var reasons = new HashMap<TaskId, String>();
        for (Task task : due) {
            if (running.containsKey(TaskId.of(task))) {
                continue;
            }
            Resources needs;
            try {
                needs = handler(task).needs(task);
            } catch (RuntimeException e) {
                // One handler's mistake must not keep every other task from running.
                LOG.error("asking what task {} needs failed; it is left waiting", task.name(), e);
                reasons.put(TaskId.of(task), "its needs could not be told: " + e);
                continue;
            }
            if (!available.covers(needs)) {
                reasons.put(TaskId.of(task), "needs more than this machine has: " + available.lacking(needs));
            } else if (!offered.covers(needs)) {
                reasons.put(TaskId.of(task), "waits for " + offered.lacking(needs));
                offered = offered.withheldFor(needs);
            } else {
                offered = offered.minus(needs);
                chosen.add(new Chosen(task, needs));
            }
        }
        held = Map.copyOf(reasons);
        return chosen;
    }

    private TaskHandler handler(Task task) {
        TaskHandler handler = handlers.get(task.kind());
        if (handler == null) {
            throw new IllegalStateException("claimed a task without a handler: " + task.name());
        }
        return handler;
    }

    private Resources freeNow() {
        lock.lock();
        try {
            return free;
        } finally {
            lock.unlock();
        }
    }

    private void startRunning(Chosen claimed) {
        Task task = claimed.task();
        var here = new RunningTask(task, claimed.needs(), timeline);
        running.put(TaskId.of(task), here);
        lock.lock();
        try {
            free = free.minus(here.needs());
        } finally {
            lock.unlock();
        }
        TaskHandler handler = handler(task);
        var kind = handler.blocksOnFiles() ? Strand.Kind.PLATFORM : Strand.Kind.VIRTUAL;
        here.runOn(timeline.start(kind, task.name(), () -> {
            try {
                runner.run(handler, here);
            } finally {
                ended(here);
            }
        }));
    }

    private void ended(RunningTask here) {
        lock.lock();
        try {
            free = free.plus(here.needs());
            running.remove(TaskId.of(here.task()));
            wakeAsked = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Finished tasks are kept so that nothing is enqueued twice; after so long nobody asks for them again. */
    private void forgetOld() {
        Instant now = timeline.instant();
        if (now.isBefore(forgottenAt.plus(FORGET_EVERY)) && !now.isBefore(forgottenAt)) {
            return;
        }
        int forgotten = store.transact(tx -> tx.tasks().forgetDone(now.minus(KEEP_DONE)));
        forgottenAt = now;
        if (forgotten > 0) {
            LOG.info("forgot {} tasks that ended more than {} days ago", forgotten, KEEP_DONE.toDays());
        }
    }

    private void renewLeases() {
        Instant now = timeline.instant();
        Duration third = settings.lease().dividedBy(3);
        boolean clockWentBack = now.isBefore(renewedAt);
        if (running.isEmpty() || (!clockWentBack && now.isBefore(renewedAt.plus(third)))) {
            return;
        }
        // Taken before the update: a task that ends meanwhile is then not mistaken for a lost one.
        var before = List.copyOf(running.values());
        Instant until = now.plus(settings.lease());
        var owned = new HashMap<TaskId, Task>();
        store.transact(tx -> tx.claims().renew(owner, until)).forEach(task -> owned.put(TaskId.of(task), task));
        renewedAt = now;
        for (RunningTask here : before) {
            Task stored = owned.remove(TaskId.of(here.task()));
            if (stored != null && stored.fence() == here.task().fence()) {
                here.renewed(until);
            } else if (running.get(TaskId.of(here.task())) == here) {
                here.lose();
            }
        }
        owned.values().forEach(this::releaseForgotten);
    }

    /** A task whose ending could not be written, because the store was away: it is nobody's now. */
    private void releaseForgotten(Task task) {
        if (!running.containsKey(TaskId.of(task))) {
            Instant now = timeline.instant();
            var ending = new Ending(
                    TaskState.READY, task.attempts(), now, Optional.empty(), Optional.of("ending not recorded"), now);
            store.transact(tx -> tx.claims().finish(task, ending));
        }
    }

    /**
     * Stops claiming, interrupts what runs, waits for it and gives it back. Tasks that do not end in time keep their
     * lease until it runs out.
     */
    @Override
    public void close() {
        closing = true;
        store.removeTasksReady(wake);
        store.removeSignal(signalled);
        wake();
        join(dispatcher);
        running.values().forEach(RunningTask::interrupt);
        lock.lock();
        try {
            long nanos = settings.closeGrace().toNanos();
            while (!running.isEmpty() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (!running.isEmpty()) {
                LOG.warn("closing while {} tasks still run: {}", running.size(), running.keySet());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void join(@Nullable Strand strand) {
        try {
            if (strand != null) {
                strand.join(settings.closeGrace());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
