package io.adit.market.bitswap;

import io.adit.core.ipld.Cid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one peer wants and has not been answered, the highest priority first, older wants before newer ones of the same. Bounded:
 * who brings more waits until some are answered. Wants that were {@link #take taken} count until they are {@link #answered}.
 */
final class PeerWants {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition some = lock.newCondition();
    private final Map<Cid, Want> unanswered = new HashMap<>();
    private final TreeSet<Want> queue =
            new TreeSet<>(Comparator.comparingInt(Want::priority).reversed().thenComparingLong(want -> want.number));
    private long lastNumber;
    private long lastMessage;
    private boolean isServed;

    /** A want on its way to an answer. */
    static final class Want {
        private final Cid cid;
        private final int priority;
        private final WantEntry.Kind kind;
        private final boolean sendDontHave;
        private final long number;
        /** The last that it came with; under the lock. */
        private long message;

        private Want(Cid cid, int priority, WantEntry.Kind kind, boolean sendDontHave, long number, long message) {
            this.cid = cid;
            this.priority = priority;
            this.kind = kind;
            this.sendDontHave = sendDontHave;
            this.number = number;
            this.message = message;
        }

        Cid cid() {
            return cid;
        }

        int priority() {
            return priority;
        }

        WantEntry.Kind kind() {
            return kind;
        }

        boolean sendDontHave() {
            return sendDontHave;
        }
    }

    PeerWants(int most) {
        this.most = most;
    }

    /** A number for the wants that come with one message. */
    long beginMessage() {
        lock.lock();
        try {
            return ++lastMessage;
        } finally {
            lock.unlock();
        }
    }

    /** Takes back all wants that did not come with this message. */
    void keepOnly(long message) {
        lock.lock();
        try {
            unanswered.values().removeIf(want -> want.message != message);
            queue.removeIf(want -> want.message != message);
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds, changes or cancels a want.
     *
     * @param patience how long it waits for room
     * @return false where there was none
     */
    boolean put(WantEntry entry, long message, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (entry.kind() == WantEntry.Kind.CANCEL) {
                var cancelled = unanswered.remove(entry.cid());
                if (cancelled != null) {
                    queue.remove(cancelled);
                    room.signal();
                }
                return true;
            }
            long left = patience.toNanos();
            while (unanswered.size() >= most && !unanswered.containsKey(entry.cid())) {
                if (left <= 0) {
                    return false;
                }
                left = room.awaitNanos(left);
            }
            add(entry, message);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void add(WantEntry entry, long message) {
        var known = unanswered.get(entry.cid());
        if (known == null) {
            queueUp(entry.priority(), entry.kind(), entry.sendDontHave(), entry.cid(), message);
            return;
        }
        var isMore = entry.kind() == WantEntry.Kind.BLOCK && known.kind() == WantEntry.Kind.HAVE;
        if (!queue.remove(known) && !isMore) {
            known.message = message; // its answer is under way
            return;
        }
        var isLess = entry.kind() == WantEntry.Kind.HAVE && known.kind() == WantEntry.Kind.BLOCK;
        queueUp(
                isLess ? known.priority() : entry.priority(),
                isMore ? entry.kind() : known.kind(),
                entry.sendDontHave() || known.sendDontHave(),
                entry.cid(),
                message);
    }

    private void queueUp(int priority, WantEntry.Kind kind, boolean sendDontHave, Cid cid, long message) {
        var want = new Want(cid, priority, kind, sendDontHave, ++lastNumber, message);
        unanswered.put(cid, want);
        queue.add(want);
        some.signal();
    }

    /** Whether the caller is to serve these wants: there are some, and nobody does. */
    boolean claim() {
        lock.lock();
        try {
            if (isServed || queue.isEmpty()) {
                return false;
            }
            isServed = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Who {@link #claim claimed} it stops serving, unless wants have come; whether it has stopped. */
    boolean release() {
        lock.lock();
        try {
            if (!queue.isEmpty()) {
                return false;
            }
            isServed = false;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there are wants to be taken, once there are or none came in time. */
    boolean awaitSome(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (queue.isEmpty() && left > 0) {
                left = some.awaitNanos(left);
            }
            return !queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The next wants, at most {@code count}. */
    List<Want> take(int count) {
        lock.lock();
        try {
            var taken = new ArrayList<Want>(Math.min(count, queue.size()));
            while (taken.size() < count && !queue.isEmpty()) {
                taken.add(queue.removeFirst());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a want that was taken is still one. */
    boolean isWanted(Want want) {
        lock.lock();
        try {
            return unanswered.get(want.cid()) == want;
        } finally {
            lock.unlock();
        }
    }

    /** A want that was taken is over. */
    void answered(Want want) {
        lock.lock();
        try {
            if (unanswered.get(want.cid()) == want) {
                unanswered.remove(want.cid());
                room.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything, and that it is served; how many wants there were. */
    int drop() {
        lock.lock();
        try {
            int dropped = unanswered.size();
            unanswered.clear();
            queue.clear();
            isServed = false;
            room.signalAll();
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Wants that have no answer yet. */
    int size() {
        lock.lock();
        try {
            return unanswered.size();
        } finally {
            lock.unlock();
        }
    }
}
