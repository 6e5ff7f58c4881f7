package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Who has advertised messages, was asked for them and has not sent them. One message of each request is watched, chosen at
 * random, as go-libp2p-pubsub does; at most {@value #MAX_PROMISES} in all.
 */
final class Promises {
    private static final int MAX_PROMISES = 16_384;

    private final Duration followUp;
    private final Map<MessageId, Map<PeerId, Instant>> expiries = new HashMap<>();
    private int count;

    Promises(Duration followUp) {
        this.followUp = followUp;
    }

    void add(PeerId peer, List<MessageId> asked, Instant now, RandomGenerator random) {
        if (count < MAX_PROMISES) {
            var watched = asked.get(random.nextInt(asked.size()));
            if (expiries.computeIfAbsent(watched, key -> new HashMap<>()).putIfAbsent(peer, now.plus(followUp))
                    == null) {
                count++;
            }
        }
    }

    /** It came, from whomever: nobody can keep its promise any more. */
    void fulfil(MessageId id) {
        var kept = expiries.remove(id);
        count -= kept == null ? 0 : kept.size();
    }

    /** How many each peer has broken since the last call. */
    Map<PeerId, Integer> broken(Instant now) {
        var broken = new HashMap<PeerId, Integer>();
        expiries.values().removeIf(promises -> {
            promises.entrySet().removeIf(promise -> {
                var late = promise.getValue().isBefore(now);
                if (late) {
                    broken.merge(promise.getKey(), 1, Integer::sum);
                    count--;
                }
                return late;
            });
            return promises.isEmpty();
        });
        return broken;
    }

    int size() {
        return count;
    }
}
