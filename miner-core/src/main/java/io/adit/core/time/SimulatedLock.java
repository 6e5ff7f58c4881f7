package io.adit.core.time;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A reentrant lock of simulated time. Who waits for it longest gets it next, unless a newcomer is quicker. */
final class SimulatedLock implements Lock {
    private final SimulatedTimeline timeline;
    private final Deque<SimulatedStrand> waiting = new ArrayDeque<>();
    private @Nullable Object owner;
    private int holds;

    SimulatedLock(SimulatedTimeline timeline) {
        this.timeline = timeline;
    }

    @Override
    public void lock() {
        try {
            acquire(false);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        acquire(true);
    }

    private void acquire(boolean interruptibly) throws InterruptedException {
        while (!tryLock()) {
            var strand = timeline.current("for a lock");
            waiting.add(strand);
            try {
                strand.awaitTurn(interruptibly);
            } catch (InterruptedException e) {
                waiting.remove(strand);
                passOn();
                throw e;
            }
            waiting.remove(strand);
        }
    }

    /** Who was woken for the lock and leaves without it wakes the next. */
    private void passOn() {
        var next = waiting.peek();
        if (owner == null && next != null) {
            next.wake();
        }
    }

    @Override
    public boolean tryLock() {
        var me = timeline.holder();
        if (owner != null && !owner.equals(me)) {
            return false;
        }
        owner = me;
        holds++;
        return true;
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long end = timeline.nanoTime() + unit.toNanos(time);
        while (!tryLock()) {
            long left = end - timeline.nanoTime();
            if (left <= 0) {
                return false;
            }
            var strand = timeline.current("for a lock");
            waiting.add(strand);
            timeline.setAlarm(strand, left);
            try {
                strand.awaitTurn(true);
            } catch (InterruptedException e) {
                waiting.remove(strand);
                passOn();
                throw e;
            }
            waiting.remove(strand);
        }
        return true;
    }

    @Override
    public void unlock() {
        requireOwner();
        if (--holds == 0) {
            free();
        }
    }

    private void free() {
        owner = null;
        holds = 0;
        passOn();
    }

    private void requireOwner() {
        if (!timeline.holder().equals(owner)) {
            throw new IllegalMonitorStateException("This lock is held by " + (owner == null ? "nobody" : owner));
        }
    }

    @Override
    public Condition newCondition() {
        return new SimulatedCondition();
    }

    private final class SimulatedCondition implements Condition {
        private final List<SimulatedStrand> listening = new ArrayList<>();

        @Override
        public void await() throws InterruptedException {
            listen(Long.MAX_VALUE, true);
        }

        @Override
        public void awaitUninterruptibly() {
            try {
                listen(Long.MAX_VALUE, false);
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        }

        @Override
        public long awaitNanos(long patience) throws InterruptedException {
            return listenFor(patience);
        }

        @Override
        public boolean await(long time, TimeUnit unit) throws InterruptedException {
            return listenFor(unit.toNanos(time)) > 0;
        }

        @Override
        public boolean awaitUntil(Date deadline) throws InterruptedException {
            long left = deadline.toInstant().toEpochMilli() - timeline.millis();
            return listenFor(TimeUnit.MILLISECONDS.toNanos(left)) > 0;
        }

        private long listenFor(long patience) throws InterruptedException {
            long end = timeline.nanoTime() + patience;
            listen(patience, true);
            return end - timeline.nanoTime();
        }

        private void listen(long patience, boolean interruptibly) throws InterruptedException {
            requireOwner();
            var strand = timeline.current("for a condition");
            int held = holds;
            listening.add(strand);
            if (patience != Long.MAX_VALUE) {
                timeline.setAlarm(strand, patience);
            }
            free();
            try {
                strand.awaitTurn(interruptibly);
            } finally {
                listening.remove(strand);
                lock();
                holds = held;
            }
        }

        @Override
        public void signal() {
            requireOwner();
            if (!listening.isEmpty()) {
                listening.removeFirst().wake();
            }
        }

        @Override
        public void signalAll() {
            requireOwner();
            List.copyOf(listening).forEach(SimulatedStrand::wake);
            listening.clear();
        }
    }
}
