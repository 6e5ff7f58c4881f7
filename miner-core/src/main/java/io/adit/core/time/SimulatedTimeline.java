package io.adit.core.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when every strand waits, and then at once to the next moment somebody waits for. One strand runs
 * at a time; which of those that could is drawn from the random source given, so the same seed plays the same
 * interleaving. (The idea is FoundationDB's.)
 *
 * <p>The thread that makes the timeline drives it: strands run inside {@link #runFor} and {@link #runUntil}, on that
 * thread's account, and an exception that a strand does not catch comes out there. Between those calls the driver may
 * call the rooms itself, as long as nothing it calls has to wait.
 *
 * <p>Not for several threads: the driver and the strands hand one baton around, which is what makes plain fields safe
 * here. A strand that begins to wait draws the next one itself and hands the baton on; when it is its own turn again it
 * goes on without any hand-over. The driver sees the baton only when nobody is left to run.
 */
public final class SimulatedTimeline implements Timeline {

    /** Real time a strand may hold the baton; longer means that it waits outside the timeline. */
    private static final Duration REAL_TIME_PER_TURN = Duration.ofSeconds(60);

    /** Turns without any passing of time after which the strands are said to spin. */
    private static final int MAX_TURNS_PER_MOMENT = 1_000_000;

    private final RandomGenerator random;
    private final Semaphore driverBaton = new Semaphore(0);
    private final List<SimulatedStrand> ready = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::order));
    private final List<SimulatedStrand> living = new ArrayList<>();
    /** Processes that stand still, and those of their strands that could run. */
    private final Set<Integer> paused = new HashSet<>();

    private final List<SimulatedStrand> heldBack = new ArrayList<>();
    private Instant wallClock;
    private long nanos;
    private long alarmsMade;
    private int turnsThisMoment;
    private @Nullable SimulatedStrand running;
    private @Nullable RuntimeException failure;
    /** Of this timeline alone, so that what killed strands hold can go when the timeline does. */
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();

    private BooleanSupplier enough = () -> false;
    private Runnable afterTurn = () -> {};
    private long end;
    private long turns;
    private long trace;
    private long strandsMade;
    private int driversProcess;

    private record Alarm(long at, long order, SimulatedStrand strand, long waiting) {}

    /**
     * @param begin what the wall clock shows at first
     * @param random draws the interleaving; used by nobody else
     */
    public SimulatedTimeline(Instant begin, RandomGenerator random) {
        this.wallClock = begin;
        this.random = random;
    }

    // ---- for the driver --------------------------------------------------------------------------

    /** Lets time pass. Afterwards it is exactly so much later, and nobody is left who could run now. */
    public void runFor(Duration duration) {
        drive(() -> false, Math.addExact(nanos, duration.toNanos()));
        advanceTo(end);
    }

    /**
     * Lets time pass until a condition holds, looked at between turns.
     *
     * @return whether it holds; false when the patience is over first
     */
    public boolean runUntil(BooleanSupplier condition, Duration patience) {
        drive(condition, Math.addExact(nanos, patience.toNanos()));
        if (condition.getAsBoolean()) {
            return true;
        }
        advanceTo(end);
        return condition.getAsBoolean();
    }

    /**
     * Has something done after every turn of a strand, before time passes: for a look at what must always hold. What it
     * throws comes out at the driver. It must not wait.
     */
    public void afterEveryTurn(Runnable look) {
        afterTurn = look;
    }

    /** How many turns strands have had. */
    public long turns() {
        return turns;
    }

    /**
     * A figure that follows from who had which turn when. Two runs with the same figure took, as good as certainly, the
     * same course.
     */
    public long trace() {
        return trace;
    }

    /** Puts the wall clock forward or back, as an operator or a time server does; waiting does not notice. */
    public void stepWallClock(Duration by) {
        wallClock = wallClock.plus(by);
    }

    /**
     * Ends every strand where it waits, as {@code kill -9} does: no handler, no finally block of theirs runs again. What
     * they held open (files, connections) is for the driver to close.
     */
    public void killAll() {
        requireDriver();
        living.forEach(strand -> strand.state = SimulatedStrand.State.KILLED);
        living.clear();
        ready.clear();
        heldBack.clear();
        paused.clear();
        alarms.clear();
    }

    /**
     * From now on the driver starts strands of this process; what a strand starts is of its own process. There is one
     * process, 0, until the driver says otherwise.
     */
    public void startAs(int process) {
        requireDriver();
        driversProcess = process;
    }

    /** The process of the strand that has its turn; in the driver the one it starts strands as. */
    public int process() {
        var strand = running;
        return strand == null ? driversProcess : strand.process();
    }

    /** As {@link #killAll}, of one process; the others do not notice. */
    public void kill(int process) {
        requireDriver();
        for (var strand : List.copyOf(living)) {
            if (strand.process() == process) {
                strand.state = SimulatedStrand.State.KILLED;
                living.remove(strand);
                ready.remove(strand);
            }
        }
        alarms.removeIf(alarm -> alarm.strand().process() == process);
        heldBack.removeIf(strand -> strand.process() == process);
        paused.remove(process);
    }

    /** As SIGSTOP does, or the host of a virtual machine: time passes, and no strand of the process notices. */
    public void pause(int process) {
        requireDriver();
        hold(process);
    }

    /** As {@link #pause}, of its own process, from inside the strand whose turn it is, which goes on from here. */
    public void pauseHere() {
        var me = current("pause");
        hold(me.process());
        setAlarm(me, 0);
        try {
            me.awaitTurn(false);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while its process is paused", e);
        }
    }

    private void hold(int process) {
        if (paused.add(process)) {
            ready.stream().filter(strand -> strand.process() == process).forEach(heldBack::add);
            ready.removeAll(heldBack);
        }
    }

    /** Lets a paused process go on where it was; what it waited for until now has happened meanwhile. */
    public void resume(int process) {
        requireDriver();
        if (paused.remove(process)) {
            heldBack.stream().filter(strand -> strand.process() == process).forEach(ready::add);
            heldBack.removeAll(ready);
        }
    }

    /**
     * As {@link #kill}, of its own process, from inside the strand whose turn it is, which never comes back from here. Time
     * then passes as if nobody of the process waited for it, until the driver starts strands anew.
     */
    public void dieHere() {
        var me = current("die");
        running = null;
        kill(me.process());
        me.stopForGood();
    }

    /** Whether a strand has its turn, rather than the driver. */
    public boolean inStrand() {
        return running != null;
    }

    /** Strands that have begun and not ended. */
    public int living() {
        return living.size();
    }

    // ---- for the rooms ---------------------------------------------------------------------------

    @Override
    public Instant instant() {
        return wallClock.plusNanos(nanos);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Strand start(Strand.Kind kind, String name, Runnable body) {
        var strand = new SimulatedStrand(this, threads, name, strandsMade++, process(), body);
        living.add(strand);
        makeReady(strand);
        return strand;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        var strand = current("sleep");
        setAlarm(strand, duration.toNanos());
        strand.awaitTurn(true);
    }

    @Override
    public Lock newLock() {
        return new SimulatedLock(this);
    }

    // ---- for strands and locks -------------------------------------------------------------------

    /** The strand that runs. */
    SimulatedStrand current(String wanted) {
        var strand = running;
        if (strand == null) {
            throw new IllegalStateException("The driver of simulated time would have to wait (" + wanted
                    + "); only strands may. Start one, and run the timeline.");
        }
        return strand;
    }

    /** Who holds the baton: a strand, or this timeline itself in the place of its driver. */
    Object holder() {
        var strand = running;
        return strand == null ? this : strand;
    }

    void setAlarm(SimulatedStrand strand, long delayNanos) {
        long at = nanos + Math.max(0, delayNanos);
        alarms.add(new Alarm(at < nanos ? Long.MAX_VALUE : at, alarmsMade++, strand, strand.waiting()));
    }

    void makeReady(SimulatedStrand strand) {
        (paused.contains(strand.process()) ? heldBack : ready).add(strand);
    }

    /**
     * Called by the strand that has the baton, when it begins to wait or has ended: the baton goes to whoever is next.
     *
     * @return whether that is this strand itself, which then goes on
     */
    boolean passOn(SimulatedStrand strand) {
        running = null;
        SimulatedStrand next = null;
        try {
            afterTurn.run();
            next = next();
        } catch (RuntimeException | Error broken) {
            fail(new SimulatedFailure("a look after the turn of " + strand, broken));
        }
        if (next == null) {
            driverBaton.release();
            return false;
        }
        if (next == strand) {
            return true;
        }
        next.giveTurn();
        return false;
    }

    void ended(SimulatedStrand strand, @Nullable Throwable uncaught) {
        living.remove(strand);
        if (uncaught != null) {
            fail(new SimulatedFailure(strand.toString(), uncaught));
        }
    }

    private void fail(RuntimeException why) {
        if (failure == null) {
            failure = why;
        }
    }

    // ---- turns -----------------------------------------------------------------------------------

    /** Has strands take turns until it is enough, or nobody is left who could run before the end. */
    private void drive(BooleanSupplier until, long last) {
        requireDriver();
        enough = until;
        end = last;
        var first = next();
        if (first != null) {
            first.giveTurn();
            awaitBaton();
        }
    }

    private void awaitBaton() {
        try {
            long seen = turns;
            while (!driverBaton.tryAcquire(REAL_TIME_PER_TURN.toNanos(), TimeUnit.NANOSECONDS)) {
                var strand = running;
                if (turns == seen && strand != null) {
                    throw new IllegalStateException(strand + " waits outside simulated time:\n" + strand.stackTrace());
                }
                seen = turns;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The driver of simulated time was interrupted.", e);
        }
        var thrown = failure;
        if (thrown != null) {
            failure = null;
            throw thrown;
        }
    }

    /** Who has the next turn, after time has passed where nobody could run; null when the driver is to go on. */
    private @Nullable SimulatedStrand next() {
        if (failure != null || enough.getAsBoolean()) {
            return null;
        }
        while (ready.isEmpty()) {
            if (!passTime() || enough.getAsBoolean()) {
                return null;
            }
        }
        int drawn = ready.size() == 1 ? 0 : random.nextInt(ready.size());
        var last = ready.removeLast();
        var strand = drawn == ready.size() ? last : ready.set(drawn, last);
        if (++turnsThisMoment > MAX_TURNS_PER_MOMENT) {
            throw new IllegalStateException("Strands take turns without end and no time passes; the last is " + strand);
        }
        running = strand;
        turns++;
        trace = (Long.rotateLeft(trace, 23) ^ strand.number()) * 0x9E3779B97F4A7C15L + nanos;
        return strand;
    }

    /** Passes to the next alarm; false when there is none until the end. */
    private boolean passTime() {
        var alarm = alarms.peek();
        if (alarm == null || alarm.at() > end) {
            return false;
        }
        advanceTo(alarm.at());
        while (alarm != null && alarm.at() == nanos) {
            alarms.remove();
            alarm.strand().alarm(alarm.waiting());
            alarm = alarms.peek();
        }
        return true;
    }

    private void advanceTo(long moment) {
        if (moment > nanos) {
            nanos = moment;
            turnsThisMoment = 0;
        }
    }

    private void requireDriver() {
        if (running != null) {
            throw new IllegalStateException("Only the driver of simulated time may do this, not " + running);
        }
    }

    /** A strand ended by an exception that it did not catch. */
    public static final class SimulatedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SimulatedFailure(String strand, Throwable cause) {
            super(strand + " ended by an uncaught exception: " + cause, cause);
        }
    }
}
