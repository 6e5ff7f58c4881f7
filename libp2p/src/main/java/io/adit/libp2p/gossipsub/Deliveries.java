package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What became of recent messages and who has delivered each; at most {@value #MAX_RECORDS}. */
final class Deliveries {
    private static final int MAX_RECORDS = 16_384;
    /** More copies of a message than that are not told apart. */
    private static final int MAX_PEERS = 256;

    private final Duration retention;
    /** By the time of the first sight. */
    private final Map<MessageId, Delivery> records = new LinkedHashMap<>();

    enum Status {
        UNKNOWN,
        VALID,
        INVALID,
        IGNORED
    }

    static final class Delivery {
        private final Instant expires;
        private final Set<PeerId> peers = new HashSet<>();
        private Status status = Status.UNKNOWN;
        private Instant validated = Instant.EPOCH;

        private Delivery(Instant expires) {
            this.expires = expires;
        }

        Status status() {
            return status;
        }

        Instant validated() {
            return validated;
        }

        Set<PeerId> peers() {
            return peers;
        }

        void decide(Status decided, Instant now) {
            status = decided;
            validated = now;
        }

        /** Whether the peer had not delivered it before. */
        boolean add(PeerId peer) {
            return peers.size() < MAX_PEERS && peers.add(peer);
        }
    }

    Deliveries(Duration retention) {
        this.retention = retention;
    }

    Delivery of(MessageId id, Instant now) {
        var record = records.computeIfAbsent(id, key -> new Delivery(now.plus(retention)));
        if (records.size() > MAX_RECORDS) {
            records.remove(records.keySet().iterator().next());
        }
        return record;
    }

    void expire(Instant now) {
        var oldest = records.values().iterator();
        while (oldest.hasNext() && oldest.next().expires.isBefore(now)) {
            oldest.remove();
        }
    }

    int size() {
        return records.size();
    }
}
