package io.adit.libp2p.resource;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Secured connections of strangers who have dialled this host. Once they have all the places that strangers may have, a
 * newcomer takes one of whichever subnet, or relay, has the most, and there of the connection that has been idle for the
 * longest, or else carries next to nothing; one that carries something loses its place to nobody.
 *
 * <p>The newcomer's own subnet must have fewer even with him: each exchange makes the shares more equal, so that whoever
 * has lost a place cannot come back and take it from another who then does the same, and so on.
 */
final class Strangers {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Origin, Set<ConnectionPlace>> byOrigin = new HashMap<>();

    void add(ConnectionPlace place) {
        lock.lock();
        try {
            byOrigin.computeIfAbsent(place.origin().wide(), key -> new LinkedHashSet<>())
                    .add(place);
        } finally {
            lock.unlock();
        }
    }

    void remove(ConnectionPlace place) {
        lock.lock();
        try {
            byOrigin.computeIfPresent(place.origin().wide(), (key, held) -> {
                held.remove(place);
                return held.isEmpty() ? null : held;
            });
        } finally {
            lock.unlock();
        }
    }

    /** Who is to go for a newcomer's sake, no longer one of these; empty if nobody is. The caller ends the connection. */
    Optional<ConnectionPlace> takeVictimFor(ConnectionPlace newcomer) {
        lock.lock();
        try {
            var own = byOrigin.getOrDefault(newcomer.origin().wide(), Set.of()).size() + 1;
            var victim = byOrigin.values().stream()
                    .filter(held -> held.size() > own)
                    .sorted(Comparator.<Set<ConnectionPlace>>comparingInt(Set::size)
                            .reversed())
                    .flatMap(held -> held.stream()
                            .filter(ConnectionPlace::isDispensable)
                            .max(Comparator.comparingLong(
                                    place -> place.activity().idleNanos()))
                            .stream())
                    .findFirst();
            victim.ifPresent(this::remove);
            return victim;
        } finally {
            lock.unlock();
        }
    }
}
