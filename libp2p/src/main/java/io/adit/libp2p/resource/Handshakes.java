package io.adit.libp2p.resource;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Inbound connections that are not secured yet. Strangers who connect and say nothing would hold their places for the
 * whole handshake time; so a newcomer from a quiet subnet, or relay, takes a place of the busiest: the oldest of those who have not
 * even begun to shake hands, else the oldest.
 */
final class Handshakes {
    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    /** By age. */
    private final Set<ConnectionPlace> open = new LinkedHashSet<>();

    private final Map<Origin, Integer> perOrigin = new HashMap<>();

    Handshakes(int limit) {
        this.limit = limit;
    }

    /** What came of a newcomer. */
    record Outcome(boolean entered, Optional<ConnectionPlace> evicted) {}

    /** The caller tells whoever was evicted, outside of any lock. */
    Outcome enter(ConnectionPlace newcomer) {
        lock.lock();
        try {
            var evicted = Optional.<ConnectionPlace>empty();
            if (open.size() == limit) {
                evicted = victimFor(newcomer);
                if (evicted.isEmpty()) {
                    return new Outcome(false, evicted);
                }
                remove(evicted.get());
            }
            open.add(newcomer);
            perOrigin.merge(newcomer.origin().wide(), 1, Integer::sum);
            return new Outcome(true, evicted);
        } finally {
            lock.unlock();
        }
    }

    private Optional<ConnectionPlace> victimFor(ConnectionPlace newcomer) {
        var most = perOrigin.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (perOrigin.getOrDefault(newcomer.origin().wide(), 0) >= most) {
            return Optional.empty();
        }
        var busiest = open.stream()
                .filter(place -> perOrigin.getOrDefault(place.origin().wide(), 0) == most)
                .toList();
        return busiest.stream()
                .filter(place -> !place.hasBegun())
                .findFirst()
                .or(() -> busiest.stream().findFirst());
    }

    /** Whether it was still in. */
    boolean leave(ConnectionPlace place) {
        lock.lock();
        try {
            return remove(place);
        } finally {
            lock.unlock();
        }
    }

    private boolean remove(ConnectionPlace place) {
        if (!open.remove(place)) {
            return false;
        }
        perOrigin.computeIfPresent(place.origin().wide(), (key, count) -> count == 1 ? null : count - 1);
        return true;
    }

    int size() {
        lock.lock();
        try {
            return open.size();
        } finally {
            lock.unlock();
        }
    }
}
