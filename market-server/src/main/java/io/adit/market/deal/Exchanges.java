package io.adit.market.deal;

import io.adit.core.time.Timeline;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * So many exchanges with strangers at a time, and a line for those who come meanwhile. A place goes to who has the fewest of those
 * that wait, in the order of the line among equals: one peer with hundreds of streams keeps nobody else waiting. Where a peer decides
 * how long it holds a place, it gets a share of them only.
 */
final class Exchanges {
    private final Lock lock;
    private final int share;
    private final long patience;
    private final Queue<Ticket> line = new ArrayDeque<>();
    private final Map<PeerId, Integer> held = new HashMap<>();
    private int free;

    /** @param share the most places that one peer holds */
    Exchanges(int most, int share, Duration patience, Timeline timeline) {
        this.lock = timeline.newLock();
        this.share = share;
        this.patience = patience.toNanos();
        this.free = most;
    }

    private static final class Ticket {
        private final PeerId peer;
        private final Condition call;
        private boolean called;

        Ticket(PeerId peer, Condition call) {
            this.peer = peer;
            this.call = call;
        }
    }

    /** Waits for a place. False if none got free in time; otherwise {@link #leave} has to follow. */
    boolean enter(PeerId peer) {
        lock.lock();
        try {
            if (free > 0 && held(peer) < share) {
                take(peer);
                return true;
            }
            return queue(peer);
        } finally {
            lock.unlock();
        }
    }

    private int held(PeerId peer) {
        return held.getOrDefault(peer, 0);
    }

    private void take(PeerId peer) {
        free--;
        held.merge(peer, 1, Integer::sum);
    }

    private boolean queue(PeerId peer) {
        var ticket = new Ticket(peer, lock.newCondition());
        line.add(ticket);
        try {
            for (long left = patience; !ticket.called && left > 0; ) {
                left = ticket.call.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ticket.called) {
            line.remove(ticket);
        }
        return ticket.called;
    }

    /** How many wait for a place. */
    int inLine() {
        lock.lock();
        try {
            return line.size();
        } finally {
            lock.unlock();
        }
    }

    void leave(PeerId peer) {
        lock.lock();
        try {
            free++;
            held.computeIfPresent(peer, (key, count) -> count == 1 ? null : count - 1);
            next().ifPresent(ticket -> {
                line.remove(ticket);
                take(ticket.peer);
                ticket.called = true;
                ticket.call.signal();
            });
        } finally {
            lock.unlock();
        }
    }

    /** Of those below their share the first whose peer holds the fewest. */
    private Optional<Ticket> next() {
        Optional<Ticket> best = Optional.empty();
        int fewest = share;
        for (var ticket : line) {
            int own = held(ticket.peer);
            if (own < fewest) {
                best = Optional.of(ticket);
                fewest = own;
            }
            if (fewest == 0) {
                break;
            }
        }
        return best;
    }
}
