package io.adit.core.task;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How failures are retried: exponential back-off with jitter.
 *
 * @param maxAttempts after this many failures the task is FAILED
 * @param first the pause after the first failure
 * @param factor by which the pause grows, at least 1
 * @param longest the longest pause
 * @param jitter the share of the pause that is random, 0 to 1
 */
public record RetryPolicy(int maxAttempts, Duration first, double factor, Duration longest, double jitter) {
    /** Checks the ranges. */
    public RetryPolicy {
        if (maxAttempts < 1
                || factor < 1
                || jitter < 0
                || jitter > 1
                || first.isNegative()
                || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("no sensible retry policy: " + maxAttempts + " attempts, first " + first
                    + ", factor " + factor + ", longest " + longest + ", jitter " + jitter);
        }
    }

    /** Ten attempts from 5 s to 10 min apart. */
    public static RetryPolicy standard() {
        return new RetryPolicy(10, Duration.ofSeconds(5), 2, Duration.ofMinutes(10), 0.2);
    }

    /** Never gives up: from 2 s to 1 min apart. For work that must not be dropped, such as watching a message. */
    public static RetryPolicy persistent() {
        return new RetryPolicy(Integer.MAX_VALUE, Duration.ofSeconds(2), 2, Duration.ofMinutes(1), 0.2);
    }

    /** The pause after the given number of failures (1 for the first). */
    public Duration pause(int failures, RandomGenerator random) {
        double millis = Math.min(first.toMillis() * Math.pow(factor, failures - 1), (double) longest.toMillis());
        double steady = millis * (1 - jitter);
        return Duration.ofMillis(Math.round(steady + millis * jitter * random.nextDouble()));
    }
}
