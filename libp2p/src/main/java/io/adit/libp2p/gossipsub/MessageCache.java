package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages of the last heartbeats, for gossip (gossipsub v1.0, "Message Cache"). Bounded by bytes too: beyond them the
 * oldest are dropped before their time.
 */
final class MessageCache {
    private final int history;
    private final int advertised;
    private final long maxBytes;
    private final Map<MessageId, Held> messages = new HashMap<>();
    /** The newest heartbeat first. */
    private final Deque<List<MessageId>> windows = new ArrayDeque<>();

    private long bytes;

    private record Held(PubsubMessage message, Map<PeerId, Integer> sent) {}

    MessageCache(int history, int advertised, long maxBytes) {
        this.history = history;
        this.advertised = advertised;
        this.maxBytes = maxBytes;
        windows.add(new ArrayList<>());
    }

    void put(MessageId id, PubsubMessage message) {
        if (messages.putIfAbsent(id, new Held(message, new HashMap<>())) == null) {
            windows.getFirst().add(id);
            bytes += message.sizeBound();
        }
        while (bytes > maxBytes && windows.size() > 1) {
            drop(windows.removeLast());
        }
        while (bytes > maxBytes && windows.getFirst().size() > 1) {
            drop(List.of(windows.getFirst().removeFirst()));
        }
    }

    /** A message that a peer asks for, unless it has been sent to it {@code most} times. */
    Optional<PubsubMessage> forPeer(MessageId id, PeerId peer, int most) {
        var held = messages.get(id);
        if (held == null || held.sent().merge(peer, 1, Integer::sum) > most) {
            return Optional.empty();
        }
        return Optional.of(held.message());
    }

    /** What to advertise of a topic. */
    List<MessageId> recent(String topic) {
        return windows.stream()
                .limit(advertised)
                .flatMap(List::stream)
                .filter(id -> {
                    var held = messages.get(id);
                    return held != null && held.message().topic().equals(topic);
                })
                .toList();
    }

    /** A heartbeat has passed. */
    void shift() {
        windows.addFirst(new ArrayList<>());
        while (windows.size() > history) {
            drop(windows.removeLast());
        }
    }

    private void drop(List<MessageId> ids) {
        for (var id : ids) {
            var held = messages.remove(id);
            bytes -= held == null ? 0 : held.message().sizeBound();
        }
    }

    int size() {
        return messages.size();
    }
}
