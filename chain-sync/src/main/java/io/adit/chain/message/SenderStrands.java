package io.adit.chain.message;

import io.adit.core.fil.Address;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Looks after the messages of each sender on a strand of its own, so that a node that is slow to answer for one keeps no other
 * waiting. A sender has one strand at a time: while that waits, the next looks pass it over.
 */
final class SenderStrands {
    /** More senders than that are looked after in turns. */
    private static final int MOST_STRANDS = 16;

    /** Less than an epoch: the next look finds those that are done ready for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Timeline timeline;
    private final Consumer<Address> work;
    private final Set<Address> busy = ConcurrentHashMap.newKeySet();

    SenderStrands(Timeline timeline, Consumer<Address> work) {
        this.timeline = timeline;
        this.work = work;
    }

    /** Runs the work for each sender that is not under way; waits for it, within limits. What it throws is thrown here. */
    void run(Collection<Address> senders) {
        var thrown = new ConcurrentLinkedQueue<Throwable>();
        var strands = new ArrayList<Strand>();
        for (var sender : senders.stream()
                .distinct()
                .sorted(Comparator.comparing(Address::toString))
                .toList()) {
            if (busy.size() < MOST_STRANDS && busy.add(sender)) {
                strands.add(timeline.start(Strand.Kind.VIRTUAL, "messages-" + sender, () -> run(sender, thrown)));
            }
        }
        if (!awaitAll(strands)) {
            return;
        }
        var first = thrown.poll();
        if (first instanceof Error error) {
            throw error;
        } else if (first instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private void run(Address sender, Queue<Throwable> thrown) {
        try {
            work.accept(sender);
        } catch (RuntimeException | Error e) {
            thrown.add(e);
        } finally {
            busy.remove(sender);
        }
    }

    private boolean awaitAll(Collection<Strand> strands) {
        long end = timeline.nanoTime() + PATIENCE.toNanos();
        try {
            for (var strand : strands) {
                strand.join(Duration.ofNanos(Math.max(0, end - timeline.nanoTime())));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
