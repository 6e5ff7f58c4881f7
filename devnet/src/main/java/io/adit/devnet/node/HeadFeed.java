package io.adit.devnet.node;

import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Delivers head changes to one subscriber, in order, on a thread of its own; one that falls far behind is cut off and told. */
final class HeadFeed implements HeadSubscription {
    private static final int MAX_BEHIND = 1_000;

    private final BlockingQueue<List<HeadChange>> queue = new LinkedBlockingQueue<>(MAX_BEHIND);
    private final Ledger ledger;
    private final Consumer<List<HeadChange>> enqueue = this::enqueue;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean overrun;

    private HeadFeed(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Begins a feed.
     *
     * @param cutOff run, on the feed's thread, when the feed ends because the subscriber was too slow
     */
    static HeadFeed start(Ledger ledger, Consumer<List<HeadChange>> listener, Runnable cutOff) {
        var feed = new HeadFeed(ledger);
        ledger.listen(feed.enqueue);
        Thread.ofVirtual().name("devnet-head-feed").start(() -> feed.deliver(listener, cutOff));
        return feed;
    }

    private void enqueue(List<HeadChange> changes) {
        if (!queue.offer(changes)) {
            overrun = true;
            close();
        }
    }

    private void deliver(Consumer<List<HeadChange>> listener, Runnable cutOff) {
        try {
            while (!closed.get()) {
                var changes = queue.take();
                if (!closed.get() && !changes.isEmpty()) {
                    listener.accept(changes);
                }
            }
            if (overrun) {
                cutOff.run();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    @Override
    public boolean connected() {
        return !closed.get();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ledger.forget(enqueue);
            // Wakes the delivering thread; an empty list is never passed on, and a full queue needs no waking.
            var ignored = queue.offer(List.of());
        }
    }
}
