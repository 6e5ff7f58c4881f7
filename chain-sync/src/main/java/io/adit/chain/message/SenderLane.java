package io.adit.chain.message;

import io.adit.core.time.Timeline;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * Lets one message of a sender at a time through signing and pushing, the most urgent first, then in order of arrival. The lock
 * guards only the queue; a turn, which talks to the node, is held without it.
 */
final class SenderLane {
    private record Waiter(int weight, long arrival) {}

    private final Lock lock;
    private final Condition changed;
    private final PriorityQueue<Waiter> waiting = new PriorityQueue<>(
            Comparator.comparingInt(Waiter::weight).reversed().thenComparingLong(Waiter::arrival));
    private boolean busy;
    private long arrivals;

    SenderLane(Timeline timeline) {
        lock = timeline.newLock();
        changed = lock.newCondition();
    }

    /** Runs the work when it is its turn. Turns do not nest. */
    <T> T inTurn(MessagePriority priority, Supplier<T> work) {
        enter(priority);
        try {
            return work.get();
        } finally {
            leave();
        }
    }

    private void enter(MessagePriority priority) {
        lock.lock();
        try {
            var waiter = new Waiter(priority.weight(), arrivals++);
            waiting.add(waiter);
            while (busy || !waiter.equals(waiting.peek())) {
                changed.awaitUninterruptibly();
            }
            waiting.remove();
            busy = true;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            busy = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many wait for their turn. */
    int queued() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
