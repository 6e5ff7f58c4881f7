package io.adit.libp2p.gossipsub;

import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import io.adit.libp2p.identity.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Who is there and who has subscribed to what. A peer's topics are bounded, and what all peers together have subscribed to
 * is, apart from the topics of this host.
 */
final class Peers {
    static final int MAX_TOPICS_OF_PEER = 256;
    static final int MAX_TOPIC_CHARACTERS = 256;
    static final int MAX_FOREIGN_SUBSCRIPTIONS = 65_536;

    private final Map<PeerId, PeerState> states = new LinkedHashMap<>();
    private final Map<String, Set<PeerId>> subscribers = new HashMap<>();
    private final Predicate<String> own;
    private int subscriptions;

    /** @param own whether this host has joined a topic */
    Peers(Predicate<String> own) {
        this.own = own;
    }

    PeerState arrive(PeerId peer) {
        return states.computeIfAbsent(peer, key -> new PeerState());
    }

    void leave(PeerId peer) {
        var state = states.remove(peer);
        if (state != null) {
            List.copyOf(state.topics).forEach(topic -> unsubscribe(peer, state, topic));
        }
    }

    Optional<PeerState> state(PeerId peer) {
        return Optional.ofNullable(states.get(peer));
    }

    void forEach(BiConsumer<PeerId, PeerState> action) {
        states.forEach(action);
    }

    int size() {
        return states.size();
    }

    /** Peers that messages can be sent to. */
    List<PeerId> reachable() {
        return states.entrySet().stream()
                .filter(entry -> entry.getValue().sink.isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** @return topics that the peer has left */
    List<String> change(PeerId peer, List<Subscribed> changes) {
        var state = arrive(peer);
        var left = new ArrayList<String>();
        for (var change : changes) {
            if (change.joined()) {
                subscribe(peer, state, change.topic());
            } else if (unsubscribe(peer, state, change.topic())) {
                left.add(change.topic());
            }
        }
        return left;
    }

    private void subscribe(PeerId peer, PeerState state, String topic) {
        var room = own.test(topic)
                || (state.topics.size() < MAX_TOPICS_OF_PEER && subscriptions < MAX_FOREIGN_SUBSCRIPTIONS);
        if (room && !topic.isEmpty() && topic.length() <= MAX_TOPIC_CHARACTERS && state.topics.add(topic)) {
            subscriptions++;
            subscribers.computeIfAbsent(topic, key -> new LinkedHashSet<>()).add(peer);
        }
    }

    private boolean unsubscribe(PeerId peer, PeerState state, String topic) {
        if (!state.topics.remove(topic)) {
            return false;
        }
        subscriptions--;
        subscribers.computeIfPresent(topic, (key, held) -> {
            held.remove(peer);
            return held.isEmpty() ? null : held;
        });
        return true;
    }

    /** Whoever has subscribed to the topic. */
    Set<PeerId> subscribers(String topic) {
        return subscribers.getOrDefault(topic, Set.of());
    }

    boolean meshes(PeerId peer) {
        return state(peer).map(PeerState::meshes).orElse(false);
    }

    boolean outbound(PeerId peer) {
        return state(peer).map(state -> state.outbound).orElse(false);
    }

    /** Some of a topic's subscribers that can be in a mesh, at random. */
    List<PeerId> choose(String topic, int count, RandomGenerator random, Predicate<PeerId> eligible) {
        var found = new ArrayList<PeerId>();
        for (var peer : subscribers(topic)) {
            if (meshes(peer) && eligible.test(peer)) {
                found.add(peer);
            }
        }
        shuffle(found, random);
        return found.size() <= count ? found : found.subList(0, Math.max(0, count));
    }

    static void shuffle(List<?> list, RandomGenerator random) {
        for (var index = list.size() - 1; index > 0; index--) {
            Collections.swap(list, index, random.nextInt(index + 1));
        }
    }
}
