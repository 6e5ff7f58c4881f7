package io.adit.libp2p.gossipsub;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The messages of a topic, as they come. A reader that is too slow misses some, and can tell how many. */
public final class TopicSubscription implements AutoCloseable {
    private final String topic;
    private final BlockingQueue<GossipMessage> waiting;
    private final AtomicLong missed = new AtomicLong();
    private final Consumer<TopicSubscription> onClose;

    TopicSubscription(String topic, int capacity, Consumer<TopicSubscription> onClose) {
        this.topic = topic;
        this.waiting = new ArrayBlockingQueue<>(capacity);
        this.onClose = onClose;
    }

    public String topic() {
        return topic;
    }

    /** The next message; empty if none comes in time. */
    public Optional<GossipMessage> next(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(waiting.poll(timeout.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** How many messages there was no room for. */
    public long missed() {
        return missed.get();
    }

    void deliver(GossipMessage message) {
        if (!waiting.offer(message)) {
            missed.incrementAndGet();
        }
    }

    /** Takes no more; the last subscription of a topic leaves it. */
    @Override
    public void close() {
        onClose.accept(this);
    }
}
