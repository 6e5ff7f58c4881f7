package io.adit.chain.head;

import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates on their way to one listener. */
final class ListenerLane {

    private static final Logger log = LoggerFactory.getLogger(ListenerLane.class);

    private final HeadListener listener;
    private final Delivery delivery;
    private final int maxWaiting;
    private final Timeline timeline;
    private final Lock lock;
    private final Condition changed;
    private final Deque<HeadUpdate> waiting = new ArrayDeque<>();
    private boolean closed;

    ListenerLane(HeadListener listener, Delivery delivery, int maxWaiting, Timeline timeline) {
        this.listener = listener;
        this.delivery = delivery;
        this.maxWaiting = maxWaiting;
        this.timeline = timeline;
        this.lock = timeline.newLock();
        this.changed = lock.newCondition();
    }

    void start() {
        timeline.start(Strand.Kind.VIRTUAL, "head-listener", this::run);
    }

    void offer(HeadUpdate update) {
        lock.lock();
        try {
            boolean merge = delivery == Delivery.COALESCED || waiting.size() >= maxWaiting;
            if (merge && !waiting.isEmpty()) {
                waiting.addLast(waiting.removeLast().then(update));
            } else {
                waiting.addLast(update);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable HeadUpdate next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            return closed ? null : waiting.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            for (var update = next(); update != null; update = next()) {
                deliver(update);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(HeadUpdate update) {
        try {
            listener.onHead(update);
        } catch (RuntimeException e) {
            log.error("A listener of the head failed at epoch {}", update.head().height(), e);
        }
    }
}
