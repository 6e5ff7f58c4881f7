package io.adit.libp2p.gossipsub;

import java.time.Duration;

/**
 * How what a peer does in one topic counts (gossipsub v1.1, "Topic Parameter Calculation and Decay"). Counters decay once an
 * interval by their factor, between 0 and 1.
 *
 * @param weight of the topic among all; not negative
 * @param timeInMesh P1
 * @param firstDeliveries P2
 * @param meshDeliveries P3 and P3b
 * @param invalid P4
 */
public record TopicScore(
        double weight,
        TimeInMesh timeInMesh,
        FirstDeliveries firstDeliveries,
        MeshDeliveries meshDeliveries,
        InvalidMessages invalid) {
    public TopicScore {
        ScoreParameters.check(weight >= 0, "topic weight", weight, "not negative");
    }

    /**
     * P1: {@code weight} for each {@code quantum} that a peer has been in the mesh, up to {@code cap} of them.
     *
     * @param weight not negative
     */
    public record TimeInMesh(double weight, Duration quantum, double cap) {
        public TimeInMesh {
            ScoreParameters.check(weight >= 0, "weight of time in the mesh", weight, "not negative");
            ScoreParameters.check(
                    quantum.isPositive(), "quantum of time in the mesh", (double) quantum.toMillis(), "positive");
            ScoreParameters.check(cap >= 0, "cap of time in the mesh", cap, "not negative");
        }
    }

    /**
     * P2: {@code weight} for each message that a peer was the first to deliver, up to {@code cap} of them.
     *
     * @param weight not negative
     */
    public record FirstDeliveries(double weight, double decay, double cap) {
        public FirstDeliveries {
            ScoreParameters.check(weight >= 0, "weight of first deliveries", weight, "not negative");
            ScoreParameters.checkDecay("first deliveries", decay);
            ScoreParameters.check(cap >= 0, "cap of first deliveries", cap, "not negative");
        }
    }

    /**
     * P3: {@code weight} for the square of what a peer in the mesh has delivered less than {@code threshold}; P3b: the same
     * when it leaves the mesh so, from which it recovers by {@code failureDecay}.
     *
     * @param weight not positive; zero switches P3 off
     * @param window how long after a message was found valid a copy still counts
     * @param activation how long a peer is in the mesh before it counts
     * @param failureWeight not positive
     */
    public record MeshDeliveries(
            double weight,
            double decay,
            double cap,
            double threshold,
            Duration window,
            Duration activation,
            double failureWeight,
            double failureDecay) {
        /** Switched off, as for topics whose traffic is not known beforehand. */
        public static final MeshDeliveries NONE =
                new MeshDeliveries(0, 0.5, 0, 0, Duration.ZERO, Duration.ofDays(365), 0, 0.5);

        public MeshDeliveries {
            ScoreParameters.check(weight <= 0, "weight of mesh deliveries", weight, "not positive");
            ScoreParameters.checkDecay("mesh deliveries", decay);
            ScoreParameters.check(cap >= 0 && threshold >= 0, "bounds of mesh deliveries", threshold, "not negative");
            ScoreParameters.check(!window.isNegative() && !activation.isNegative(), "mesh times", 0, "not negative");
            ScoreParameters.check(failureWeight <= 0, "weight of mesh failures", failureWeight, "not positive");
            ScoreParameters.checkDecay("mesh failures", failureDecay);
        }
    }

    /**
     * P4: {@code weight} for the square of the invalid messages that a peer has delivered.
     *
     * @param weight not positive
     */
    public record InvalidMessages(double weight, double decay) {
        public InvalidMessages {
            ScoreParameters.check(weight <= 0, "weight of invalid messages", weight, "not positive");
            ScoreParameters.checkDecay("invalid messages", decay);
        }
    }

    /** As Lotus has it for the topic of index announcements: few messages, invalid ones forbidden. */
    public static TopicScore defaults() {
        var second = Duration.ofSeconds(1);
        return new TopicScore(
                0.1,
                new TimeInMesh(0.0002778, second, 1),
                new FirstDeliveries(0.5, ScoreParameters.decayOver(Duration.ofHours(1), second), 100),
                MeshDeliveries.NONE,
                new InvalidMessages(-1000, ScoreParameters.decayOver(Duration.ofHours(1), second)));
    }
}
