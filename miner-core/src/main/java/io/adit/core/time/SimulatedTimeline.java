package io.adit.core.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
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
 * here.
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
    private Instant wallClock;
    private long nanos;
    private long alarmsMade;
    private int turnsThisMoment;
    private @Nullable SimulatedStrand running;
    private @Nullable Throwable failure;

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
        long end = Math.addExact(nanos, duration.toNanos());
        while (turn(end)) {
            // Everything happens in turn().
        }
        advanceTo(end);
    }

    /**
     * Lets time pass until a condition holds, looked at between turns.
     *
     * @return whether it holds; false when the patience is over first
     */
    public boolean runUntil(BooleanSupplier condition, Duration patience) {
        long end = Math.addExact(nanos, patience.toNanos());
        while (!condition.getAsBoolean()) {
            if (!turn(end)) {
                advanceTo(end);
                return condition.getAsBoolean();
            }
        }
        return true;
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
        alarms.clear();
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
        var strand = new SimulatedStrand(this, name, body);
        living.add(strand);
        ready.add(strand);
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
        ready.add(strand);
    }

    /** Gives the baton back to the driver; called by the strand that holds it, which then waits or ends. */
    void handBack() {
        running = null;
        driverBaton.release();
    }

    void ended(SimulatedStrand strand, @Nullable Throwable uncaught) {
        living.remove(strand);
        if (uncaught != null && failure == null) {
            failure = uncaught;
        }
    }

    // ---- turns -----------------------------------------------------------------------------------

    /** Runs one strand, or passes to the next alarm; false when neither is left until the end. */
    private boolean turn(long end) {
        requireDriver();
        if (!ready.isEmpty()) {
            int drawn = ready.size() == 1 ? 0 : random.nextInt(ready.size());
            var last = ready.removeLast();
            run(drawn == ready.size() ? last : ready.set(drawn, last));
            return true;
        }
        var next = alarms.peek();
        if (next == null || next.at() > end) {
            return false;
        }
        advanceTo(next.at());
        while (next != null && next.at() == nanos) {
            alarms.remove();
            next.strand().alarm(next.waiting());
            next = alarms.peek();
        }
        return true;
    }

    private void advanceTo(long moment) {
        if (moment > nanos) {
            nanos = moment;
            turnsThisMoment = 0;
        }
    }

    private void run(SimulatedStrand strand) {
        if (++turnsThisMoment > MAX_TURNS_PER_MOMENT) {
            throw new IllegalStateException("Strands take turns without end and no time passes; the last is " + strand);
        }
        running = strand;
        strand.giveTurn();
        try {
            if (!driverBaton.tryAcquire(REAL_TIME_PER_TURN.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException(strand + " waits outside simulated time:\n" + strand.stackTrace());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The driver of simulated time was interrupted.", e);
        }
        var thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new SimulatedFailure(strand.toString(), thrown);
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
