package io.adit.core.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    private final long number;
    private final int process;
    private final Runnable body;
    private final Executor threads;
    private final Semaphore baton = new Semaphore(0);
    private final List<SimulatedStrand> joining = new ArrayList<>();
    private @Nullable Thread thread;
    private boolean interruptAsked;
    private boolean begun;
    private long waiting;
    State state = State.READY;

    SimulatedStrand(
            SimulatedTimeline timeline, Executor threads, String name, long number, int process, Runnable body) {
        this.timeline = timeline;
        this.name = name;
        this.number = number;
        this.process = process;
        this.body = body;
        this.threads = threads;
    }

    private void live() {
        var me = Thread.currentThread();
        me.setName("simulated-" + name);
        thread = me;
        if (interruptAsked) {
            me.interrupt();
        }
        Throwable uncaught = null;
        try {
            body.run();
        } catch (Throwable e) {
            uncaught = e;
        }
        state = State.ENDED;
        joining.forEach(SimulatedStrand::wake);
        timeline.ended(this, uncaught);
        timeline.passOn(this);
    }

    /** Called by who has the baton and gives it to this strand. */
    void giveTurn() {
        if (begun) {
            baton.release();
        } else {
            begun = true;
            threads.execute(this::live);
        }
    }

    /** Which it was of all strands of its timeline, from 0. */
    long number() {
        return number;
    }

    /** Whose end is its own. */
    int process() {
        return process;
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
        if (!timeline.passOn(this)) {
            baton.acquireUninterruptibly();
        }
        waiting++;
        if (interruptibly && Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Hands the baton on and never asks for it again. */
    void stopForGood() {
        timeline.passOn(this);
        while (true) {
            baton.acquireUninterruptibly();
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
        interruptAsked = true;
        var mine = thread;
        if (mine != null && isAlive()) {
            mine.interrupt();
        }
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
        var mine = thread;
        return mine == null
                ? ""
                : Arrays.stream(mine.getStackTrace())
                        .map(frame -> "\tat " + frame)
                        .collect(Collectors.joining("\n"));
    }

    @Override
    public String toString() {
        return "strand " + name;
    }
}
