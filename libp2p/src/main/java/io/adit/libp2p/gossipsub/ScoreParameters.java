package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How peers are scored (gossipsub v1.1, "Peer Scoring").
 *
 * @param topics P1 to P4 of each topic that counts
 * @param topicCap what topics may add to a score at most; 0 for no cap
 * @param application P5: what the owner knows about a peer; asked often, must not wait
 * @param applicationWeight of P5
 * @param colocation P6
 * @param behaviour P7
 * @param decayInterval how often counters decay; at least a second
 * @param decayToZero a counter below it is zero
 * @param retention for how long a peer that has gone keeps a score that is not positive
 * @param thresholds what the score means
 */
public record ScoreParameters(
        Map<String, TopicScore> topics,
        double topicCap,
        ToDoubleFunction<PeerId> application,
        double applicationWeight,
        Colocation colocation,
        Behaviour behaviour,
        Duration decayInterval,
        double decayToZero,
        Duration retention,
        ScoreThresholds thresholds) {
    private static final double DECAY_TO_ZERO = 0.01;

    public ScoreParameters {
        topics = Map.copyOf(topics);
        check(topicCap >= 0, "topic score cap", topicCap, "not negative");
        check(Double.isFinite(applicationWeight), "weight of the application's score", applicationWeight, "a number");
        check(
                decayInterval.toMillis() >= 1000,
                "decay interval in ms",
                (double) decayInterval.toMillis(),
                "at least a second");
        checkDecay("decay to zero", decayToZero);
        check(!retention.isNegative(), "score retention in ms", (double) retention.toMillis(), "not negative");
    }

    /**
     * P6: {@code weight} for the square of the peers beyond {@code threshold} that share an address (or an IPv6 /64).
     *
     * @param weight not positive
     * @param threshold at least 1
     */
    public record Colocation(double weight, int threshold) {
        public Colocation {
            check(weight <= 0, "weight of colocation", weight, "not positive");
            check(threshold >= 1, "threshold of colocation", threshold, "at least 1");
        }
    }

    /**
     * P7: {@code weight} for the square of the offences beyond {@code threshold}: grafting before the back-off has passed,
     * and advertising messages that do not come when asked for.
     *
     * @param weight not positive
     */
    public record Behaviour(double weight, double threshold, double decay) {
        public Behaviour {
            check(weight <= 0, "weight of behaviour", weight, "not positive");
            check(threshold >= 0, "threshold of behaviour", threshold, "not negative");
            checkDecay("behaviour", decay);
        }
    }

    /** Nobody is scored: everybody has zero, and every threshold is zero. */
    public static ScoreParameters none() {
        return new ScoreParameters(
                Map.of(),
                0,
                peer -> 0,
                0,
                new Colocation(0, 1),
                new Behaviour(0, 0, 0.5),
                Duration.ofSeconds(1),
                DECAY_TO_ZERO,
                Duration.ZERO,
                new ScoreThresholds(0, 0, 0, 0, 0));
    }

    /** For these topics, each by {@link TopicScore#defaults}; the rest as Lotus has it. */
    public static ScoreParameters defaults(Iterable<String> topics) {
        var scored = new HashMap<String, TopicScore>();
        topics.forEach(topic -> scored.put(topic, TopicScore.defaults()));
        var second = Duration.ofSeconds(1);
        return new ScoreParameters(
                scored,
                0,
                peer -> 0,
                1,
                new Colocation(-100, 5),
                new Behaviour(-10, 6, decayOver(Duration.ofHours(1), second)),
                second,
                DECAY_TO_ZERO,
                Duration.ofHours(6),
                ScoreThresholds.defaults());
    }

    public ScoreParameters withApplication(ToDoubleFunction<PeerId> score, double weight) {
        return new ScoreParameters(
                topics,
                topicCap,
                score,
                weight,
                colocation,
                behaviour,
                decayInterval,
                decayToZero,
                retention,
                thresholds);
    }

    public ScoreParameters withTopics(Map<String, TopicScore> scored) {
        return new ScoreParameters(
                scored,
                topicCap,
                application,
                applicationWeight,
                colocation,
                behaviour,
                decayInterval,
                decayToZero,
                retention,
                thresholds);
    }

    public ScoreParameters withThresholds(ScoreThresholds chosen) {
        return new ScoreParameters(
                topics,
                topicCap,
                application,
                applicationWeight,
                colocation,
                behaviour,
                decayInterval,
                decayToZero,
                retention,
                chosen);
    }

    /** The factor by which a counter of 1 gets below 0.01 in {@code time}, if it decays once an interval. */
    public static double decayOver(Duration time, Duration interval) {
        return Math.pow(DECAY_TO_ZERO, (double) interval.toNanos() / time.toNanos());
    }

    static void checkDecay(String what, double factor) {
        check(factor > 0 && factor < 1, "decay of " + what, factor, "between 0 and 1");
    }

    static void check(boolean holds, String what, double given, String rule) {
        if (!holds || !Double.isFinite(given)) {
            throw new IllegalArgumentException(what + " must be " + rule + ", not " + given);
        }
    }
}
