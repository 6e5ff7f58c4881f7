package io.adit.devnet.node;

import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Delivers head changes to one subscriber, in order, on a thread of its own; one that falls far behind is cut off. */
final class HeadFeed implements HeadSubscription {
    private static final int MAX_BEHIND = 10_000;

    private final BlockingQueue<List<HeadChange>> queue = new LinkedBlockingQueue<>(MAX_BEHIND);
    private final Ledger ledger;
    private final Consumer<List<HeadChange>> enqueue = this::enqueue;
    private volatile boolean open = true;

    private HeadFeed(Ledger ledger) {
        this.ledger = ledger;
    }

    static HeadFeed start(Ledger ledger, Consumer<List<HeadChange>> listener) {
        var feed = new HeadFeed(ledger);
        ledger.listen(feed.enqueue);
        Thread.ofVirtual().name("devnet-head-feed").start(() -> feed.deliver(listener));
        return feed;
    }

    private void enqueue(List<HeadChange> changes) {
        if (!queue.offer(changes)) {
            open = false;
        }
    }

    private void deliver(Consumer<List<HeadChange>> listener) {
        try {
            while (open) {
                var changes = queue.take();
                if (open && !changes.isEmpty()) {
                    listener.accept(changes);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    @Override
    public boolean connected() {
        return open;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            ledger.forget(enqueue);
            // Wakes the delivering thread; an empty list is never passed on.
            queue.offer(List.of());
        }
    }
}
