package io.adit.core.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/** A strand of simulated time: a virtual thread that runs only while it holds the timeline's baton. */
final class SimulatedStrand implements Strand {
    enum State {
        READY,
        WAITING,
        WAITING_INTERRUPTIBLY,
        ENDED,
        KILLED
    }

    private final SimulatedTimeline timeline;
    private final String name;
    private final Thread thread;
    private final Semaphore baton = new Semaphore(0);
    private final List<SimulatedStrand> joining = new ArrayList<>();
    private long waiting;
    State state = State.READY;

    SimulatedStrand(SimulatedTimeline timeline, String name, Runnable body) {
        this.timeline = timeline;
        this.name = name;
        this.thread = Thread.ofVirtual().name("simulated-" + name).start(() -> live(body));
    }

    private void live(Runnable body) {
        baton.acquireUninterruptibly();
        Throwable uncaught = null;
        try {
            body.run();
        } catch (Throwable e) {
            uncaught = e;
        }
        state = State.ENDED;
        joining.forEach(SimulatedStrand::wake);
        timeline.ended(this, uncaught);
        timeline.handBack();
    }

    /** Called by the driver, which then waits for the baton. */
    void giveTurn() {
        baton.release();
    }

    /** Names the present wait, so that an alarm set for an earlier one does nothing. */
    long waiting() {
        return waiting;
    }

    /** Waits until it is woken and its turn has come. */
    void awaitTurn(boolean interruptibly) throws InterruptedException {
        if (interruptibly && Thread.interrupted()) {
            waiting++;
            throw new InterruptedException();
        }
        state = interruptibly ? State.WAITING_INTERRUPTIBLY : State.WAITING;
        timeline.handBack();
        baton.acquireUninterruptibly();
        waiting++;
        if (interruptibly && Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    void alarm(long forWait) {
        if (forWait == waiting) {
            wake();
        }
    }

    void wake() {
        if (state == State.WAITING || state == State.WAITING_INTERRUPTIBLY) {
            state = State.READY;
            timeline.makeReady(this);
        }
    }

    @Override
    public boolean isAlive() {
        return state != State.ENDED && state != State.KILLED;
    }

    @Override
    public void interrupt() {
        thread.interrupt();
        if (state == State.WAITING_INTERRUPTIBLY) {
            wake();
        }
    }

    @Override
    public boolean join(Duration patience) throws InterruptedException {
        if (!isAlive()) {
            return true;
        }
        var waiter = timeline.current("join " + name);
        joining.add(waiter);
        timeline.setAlarm(waiter, patience.toNanos());
        try {
            waiter.awaitTurn(true);
        } finally {
            joining.remove(waiter);
        }
        return !isAlive();
    }

    String stackTrace() {
        return Arrays.stream(thread.getStackTrace())
                .map(frame -> "\tat " + frame)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public String toString() {
        return "strand " + name;
    }
}
