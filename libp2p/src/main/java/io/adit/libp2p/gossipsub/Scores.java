package io.adit.libp2p.gossipsub;

import io.adit.libp2p.gossipsub.Deliveries.Status;
import io.adit.libp2p.gossipsub.PeerRecord.InTopic;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The score of each peer (gossipsub v1.1, "The Score Function"). Not thread-safe: the router's lock guards it. Peers that
 * have gone keep a score that is not positive for a while, so that they do not get rid of it by coming back; of more than
 * {@value #MAX_RETAINED} such the one that left first is forgotten.
 */
final class Scores {
    private static final int MAX_RETAINED = 4096;

    private final ScoreParameters rules;
    private final Deliveries deliveries;
    private final Map<PeerId, PeerRecord> peers = new HashMap<>();
    /** Peers that have gone, in that order. */
    private final Set<PeerId> retained = new LinkedHashSet<>();

    private final Map<String, Set<PeerId>> byAddress = new HashMap<>();
    private Instant decayed = Instant.MIN;

    Scores(ScoreParameters rules, Duration seenTime) {
        this.rules = rules;
        this.deliveries = new Deliveries(seenTime);
    }

    ScoreThresholds thresholds() {
        return rules.thresholds();
    }

    double of(PeerId peer) {
        var record = peers.get(peer);
        if (record == null) {
            return 0;
        }
        var score = 0.0;
        for (var entry : record.topics.entrySet()) {
            var topic = rules.topics().get(entry.getKey());
            if (topic != null) {
                score += entry.getValue().score(topic) * topic.weight();
            }
        }
        if (rules.topicCap() > 0) {
            score = Math.min(score, rules.topicCap());
        }
        score += rules.application().applyAsDouble(peer) * rules.applicationWeight();
        score += colocation(record) * rules.colocation().weight();
        var offences = record.behaviour - rules.behaviour().threshold();
        return offences > 0 ? score + offences * offences * rules.behaviour().weight() : score;
    }

    /** The score of everybody that is connected or remembered. */
    Map<PeerId, Double> all() {
        var scores = new LinkedHashMap<PeerId, Double>();
        peers.keySet().forEach(peer -> scores.put(peer, of(peer)));
        return scores;
    }

    private double colocation(PeerRecord record) {
        var factor = 0.0;
        for (var address : record.addresses) {
            var surplus = byAddress.getOrDefault(address, Set.of()).size()
                    - rules.colocation().threshold();
            if (surplus > 0) {
                factor += (double) surplus * surplus;
            }
        }
        return factor;
    }

    /** @param addresses where it is connected from, IPv6 ones with their /64 beside them */
    void connected(PeerId peer, Set<String> addresses) {
        var record = peers.computeIfAbsent(peer, key -> new PeerRecord());
        retained.remove(peer);
        record.connected = true;
        record.expires = Instant.MAX;
        moved(peer, addresses);
    }

    void moved(PeerId peer, Set<String> addresses) {
        var record = peers.get(peer);
        if (record == null || record.addresses.equals(addresses)) {
            return;
        }
        forgetAddresses(peer, record);
        record.addresses = Set.copyOf(addresses);
        record.addresses.forEach(address ->
                byAddress.computeIfAbsent(address, key -> new HashSet<>()).add(peer));
    }

    private void forgetAddresses(PeerId peer, PeerRecord record) {
        for (var address : record.addresses) {
            byAddress.computeIfPresent(address, (key, sharing) -> {
                sharing.remove(peer);
                return sharing.isEmpty() ? null : sharing;
            });
        }
        record.addresses = Set.of();
    }

    void disconnected(PeerId peer, Instant now) {
        var record = peers.get(peer);
        if (record == null) {
            return;
        }
        if (of(peer) > 0) {
            forget(peer);
            return;
        }
        record.topics.forEach((name, topic) -> {
            topic.firstDeliveries = 0;
            rules(name).ifPresent(topic::prune);
        });
        record.connected = false;
        record.expires = now.plus(rules.retention());
        retained.add(peer);
        if (retained.size() > MAX_RETAINED) {
            forget(retained.iterator().next());
        }
    }

    private void forget(PeerId peer) {
        var record = peers.remove(peer);
        retained.remove(peer);
        if (record != null) {
            forgetAddresses(peer, record);
        }
    }

    private Optional<TopicScore> rules(String topic) {
        return Optional.ofNullable(rules.topics().get(topic));
    }

    /** What the peer has done in a topic that counts. */
    private Optional<InTopic> inTopic(PeerId peer, String topic) {
        var record = peers.get(peer);
        return record == null || !rules.topics().containsKey(topic)
                ? Optional.empty()
                : Optional.of(record.topics.computeIfAbsent(topic, key -> new InTopic()));
    }

    void grafted(PeerId peer, String topic, Instant now) {
        inTopic(peer, topic).ifPresent(stats -> stats.graft(now));
    }

    void pruned(PeerId peer, String topic) {
        inTopic(peer, topic).ifPresent(stats -> rules(topic).ifPresent(stats::prune));
    }

    void misbehaved(PeerId peer, int offences) {
        var record = peers.get(peer);
        if (record != null) {
            record.behaviour += offences;
        }
    }

    /** Validation begins: copies that come from now on are noted. */
    void validating(MessageId id, Instant now) {
        deliveries.of(id, now);
    }

    void delivered(GossipMessage message, Instant now) {
        var from = message.receivedFrom();
        rules(message.topic())
                .ifPresent(rule -> inTopic(from, message.topic()).ifPresent(stats -> stats.addFirstDelivery(rule)));
        var delivery = deliveries.of(message.id(), now);
        if (delivery.status() != Status.UNKNOWN) {
            return;
        }
        delivery.decide(Status.VALID, now);
        delivery.peers().stream()
                .filter(peer -> !peer.equals(from))
                .forEach(peer -> addMeshDelivery(peer, message.topic()));
    }

    private void addMeshDelivery(PeerId peer, String topic) {
        rules(topic).ifPresent(rule -> inTopic(peer, topic).ifPresent(stats -> stats.addMeshDelivery(rule)));
    }

    void rejected(MessageId id, String topic, PeerId from, Rejection reason, Instant now) {
        if (reason.isObvious()) {
            addInvalid(from, topic);
            return;
        }
        var delivery = deliveries.of(id, now);
        if (delivery.status() != Status.UNKNOWN) {
            return;
        }
        if (reason == Rejection.INVALID) {
            delivery.decide(Status.INVALID, now);
            addInvalid(from, topic);
            delivery.peers().forEach(peer -> addInvalid(peer, topic));
        } else {
            delivery.decide(Status.IGNORED, now);
        }
        delivery.peers().clear();
    }

    private void addInvalid(PeerId peer, String topic) {
        inTopic(peer, topic).ifPresent(stats -> stats.invalid++);
    }

    void duplicate(MessageId id, String topic, PeerId from, Instant now) {
        var delivery = deliveries.of(id, now);
        switch (delivery.status()) {
            case UNKNOWN -> delivery.add(from);
            case VALID -> {
                var window =
                        rules(topic).map(rule -> rule.meshDeliveries().window()).orElse(Duration.ZERO);
                if (delivery.add(from) && !now.isAfter(delivery.validated().plus(window))) {
                    addMeshDelivery(from, topic);
                }
            }
            case INVALID -> addInvalid(from, topic);
            case IGNORED -> {}
        }
    }

    /** Lets counters decay for every interval that has passed, and forgets who has been gone for long enough. */
    void refresh(Instant now) {
        if (decayed.equals(Instant.MIN)) {
            decayed = now;
        }
        while (!decayed.plus(rules.decayInterval()).isAfter(now)) {
            decayed = decayed.plus(rules.decayInterval());
            decay(decayed);
        }
        for (var peer : Set.copyOf(retained)) {
            var record = peers.get(peer);
            if (record == null || record.expires.isBefore(now)) {
                forget(peer);
            }
        }
        deliveries.expire(now);
    }

    private void decay(Instant now) {
        for (var record : peers.values()) {
            if (!record.connected) {
                continue; // who has gone cannot sit it out
            }
            record.topics.forEach(
                    (name, topic) -> rules(name).ifPresent(rule -> topic.decay(rule, rules.decayToZero(), now)));
            record.behaviour =
                    PeerRecord.decayed(record.behaviour, rules.behaviour().decay(), rules.decayToZero());
        }
    }

    int size() {
        return peers.size();
    }
}
