package io.adit.libp2p.resource;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts by key; keys with nothing taken take no memory. */
final class Tally<K> {
    private final Map<K, Integer> taken = new ConcurrentHashMap<>();

    /** One more for this key, unless there are {@code limit} already. */
    boolean tryTake(K key, int limit) {
        var all = taken.merge(key, 1, Integer::sum);
        if (all > limit) {
            give(key);
            return false;
        }
        return true;
    }

    void give(K key) {
        taken.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    int of(K key) {
        return taken.getOrDefault(key, 0);
    }

    /** Keys with something taken. */
    int keys() {
        return taken.size();
    }
}
