package io.adit.market.bitswap;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shares out the disks and the index among peers: so many turns at a time, by deficit round robin. Who waits is served in order;
 * who has taken more than a quantum with one turn is passed over for others in line until that is made good. What a turn costs is
 * known when it is over, so that a peer may be in debt, by its last turn at most. No turn is kept for who is not in line.
 */
final class FairTurns {
    private final long quantum;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Line> waiting = new ArrayDeque<>();
    private int free;

    /**
     * @param turns how many there are at a time
     * @param quantum what each peer in line may take in a round, in the unit of {@link Line#done}
     */
    FairTurns(int turns, long quantum) {
        this.free = turns;
        this.quantum = quantum;
    }

    /** One peer's place in the line; for one thread. */
    final class Line {
        private final Condition called = lock.newCondition();
        private long credit;
        private boolean isCalled;

        /** Waits for a turn, which {@link #done} ends. */
        void await() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                isCalled = false;
                waiting.add(this);
                callNext();
                while (!isCalled) {
                    called.await();
                }
            } catch (InterruptedException e) {
                if (!waiting.remove(this)) {
                    free++;
                    callNext();
                }
                throw e;
            } finally {
                lock.unlock();
            }
        }

        /** Ends a turn that has cost so much. */
        void done(long cost) {
            lock.lock();
            try {
                credit = Math.max(credit - cost, -cost);
                free++;
                callNext();
            } finally {
                lock.unlock();
            }
        }
    }

    Line newLine() {
        return new Line();
    }

    /** Peers in line. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void callNext() {
        while (free > 0 && !waiting.isEmpty()) {
            var next = waiting.remove();
            next.credit = Math.min(next.credit + quantum, quantum);
            if (next.credit <= 0 && !waiting.isEmpty()) {
                waiting.add(next);
                continue;
            }
            free--;
            next.isCalled = true;
            next.called.signal();
        }
    }
}
