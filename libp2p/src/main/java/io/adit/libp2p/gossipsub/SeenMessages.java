package io.adit.libp2p.gossipsub;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The IDs of messages that were seen; each for a time since the first sight, at most {@value #MAX_IDS}. */
final class SeenMessages {
    static final int MAX_IDS = 65_536;

    private final Duration retention;
    private final Map<MessageId, Instant> expiries = new LinkedHashMap<>();

    SeenMessages(Duration retention) {
        this.retention = retention;
    }

    boolean contains(MessageId id) {
        return expiries.containsKey(id);
    }

    /** Whether it had not been seen. */
    boolean add(MessageId id, Instant now) {
        if (expiries.putIfAbsent(id, now.plus(retention)) != null) {
            return false;
        }
        if (expiries.size() > MAX_IDS) {
            expiries.remove(expiries.keySet().iterator().next());
        }
        return true;
    }

    void expire(Instant now) {
        var oldest = expiries.values().iterator();
        while (oldest.hasNext() && oldest.next().isBefore(now)) {
            oldest.remove();
        }
    }

    int size() {
        return expiries.size();
    }
}
