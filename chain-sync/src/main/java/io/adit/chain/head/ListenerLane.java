package io.adit.chain.head;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates on their way to one listener. */
final class ListenerLane {

    private static final Logger log = LoggerFactory.getLogger(ListenerLane.class);

    private final HeadListener listener;
    private final Delivery delivery;
    private final int maxWaiting;
    private final Deque<HeadUpdate> waiting = new ArrayDeque<>();
    private boolean closed;

    ListenerLane(HeadListener listener, Delivery delivery, int maxWaiting) {
        this.listener = listener;
        this.delivery = delivery;
        this.maxWaiting = maxWaiting;
    }

    void start() {
        Thread.ofVirtual().name("head-listener").start(this::run);
    }

    synchronized void offer(HeadUpdate update) {
        boolean merge = delivery == Delivery.COALESCED || waiting.size() >= maxWaiting;
        if (merge && !waiting.isEmpty()) {
            waiting.addLast(waiting.removeLast().then(update));
        } else {
            waiting.addLast(update);
        }
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized @Nullable HeadUpdate next() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return closed ? null : waiting.pollFirst();
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
