package io.adit.libp2p.gossipsub;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a peer has done so far, as far as its score needs it. */
final class PeerRecord {
    final Map<String, InTopic> topics = new HashMap<>();
    Set<String> addresses = Set.of();
    double behaviour;
    boolean connected;
    /** When the record of a peer that has gone is forgotten. */
    Instant expires = Instant.MAX;

    static final class InTopic {
        boolean inMesh;
        Instant grafted = Instant.EPOCH;
        Duration meshTime = Duration.ZERO;
        boolean meshDeliveriesCount;
        double firstDeliveries;
        double meshDeliveries;
        double meshFailures;
        double invalid;

        void graft(Instant now) {
            inMesh = true;
            grafted = now;
            meshTime = Duration.ZERO;
            meshDeliveriesCount = false;
        }

        /** It keeps the blame for what it has not delivered. */
        void prune(TopicScore rules) {
            var deficit = rules.meshDeliveries().threshold() - meshDeliveries;
            if (meshDeliveriesCount && deficit > 0) {
                meshFailures += deficit * deficit;
            }
            inMesh = false;
        }

        void addFirstDelivery(TopicScore rules) {
            firstDeliveries =
                    Math.min(firstDeliveries + 1, rules.firstDeliveries().cap());
            addMeshDelivery(rules);
        }

        void addMeshDelivery(TopicScore rules) {
            if (inMesh) {
                meshDeliveries =
                        Math.min(meshDeliveries + 1, rules.meshDeliveries().cap());
            }
        }

        void decay(TopicScore rules, double toZero, Instant now) {
            firstDeliveries = decayed(firstDeliveries, rules.firstDeliveries().decay(), toZero);
            meshDeliveries = decayed(meshDeliveries, rules.meshDeliveries().decay(), toZero);
            meshFailures = decayed(meshFailures, rules.meshDeliveries().failureDecay(), toZero);
            invalid = decayed(invalid, rules.invalid().decay(), toZero);
            if (inMesh) {
                meshTime = Duration.between(grafted, now);
                if (meshTime.compareTo(rules.meshDeliveries().activation()) > 0) {
                    meshDeliveriesCount = true;
                }
            }
        }

        /** P1 to P4, before the topic's weight. */
        double score(TopicScore rules) {
            var score = firstDeliveries * rules.firstDeliveries().weight();
            if (inMesh) {
                var quanta = meshTime.dividedBy(rules.timeInMesh().quantum());
                score += Math.min((double) quanta, rules.timeInMesh().cap())
                        * rules.timeInMesh().weight();
            }
            var deficit = rules.meshDeliveries().threshold() - meshDeliveries;
            if (meshDeliveriesCount && deficit > 0) {
                score += deficit * deficit * rules.meshDeliveries().weight();
            }
            return score
                    + meshFailures * rules.meshDeliveries().failureWeight()
                    + invalid * invalid * rules.invalid().weight();
        }
    }

    static double decayed(double value, double factor, double toZero) {
        var less = value * factor;
        return less < toZero ? 0 : less;
    }
}
