package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Until when a pruned peer must not be in a topic's mesh; at most {@value #MAX_PEERS} peers of a topic. */
final class Backoffs {
    private static final int MAX_PEERS = 4096;

    private final Map<String, Map<PeerId, Instant>> expiries = new HashMap<>();

    /** Until then at least. */
    void add(String topic, PeerId peer, Instant until) {
        var held = expiries.computeIfAbsent(topic, key -> new LinkedHashMap<>());
        held.merge(peer, until, (one, other) -> one.isAfter(other) ? one : other);
        if (held.size() > MAX_PEERS) {
            held.remove(held.keySet().iterator().next());
        }
    }

    Optional<Instant> until(String topic, PeerId peer) {
        return Optional.ofNullable(expiries.getOrDefault(topic, Map.of()).get(peer));
    }

    /** Whether one is remembered, even if it has just passed: the remote's clock may be slower. */
    boolean holds(String topic, PeerId peer) {
        return until(topic, peer).isPresent();
    }

    /** Forgets those that passed before then. */
    void expire(Instant before) {
        expiries.values().removeIf(held -> {
            held.values().removeIf(until -> until.isBefore(before));
            return held.isEmpty();
        });
    }
}
