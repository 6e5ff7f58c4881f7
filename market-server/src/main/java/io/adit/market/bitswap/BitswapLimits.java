package io.adit.market.bitswap;

import io.adit.core.error.InvalidValueException;
import io.adit.market.retrieve.RetrievalLimits;
import java.time.Duration;

/**
 * What the server gives to strangers.
 *
 * @param wantsPerPeer wants of one peer that wait for an answer; further ones are not read from its streams until there is room
 * @param streamsPerPeer streams on which one peer may ask at a time; more are reset
 * @param turns peers for whom blocks are looked up or read at the same moment, each on a thread
 * @param stall how long a peer may take to accept 64 KiB of an answer, or a stream; then its wants are dropped
 * @param leastRate bytes a second that a peer must take of its answers, with {@code stall} to spare; else its wants are dropped
 * @param idle how long a stream without wants is kept
 * @param lingering how long this side's stream is kept after the last answer
 */
public record BitswapLimits(
        int wantsPerPeer,
        int streamsPerPeer,
        int turns,
        Duration stall,
        long leastRate,
        Duration idle,
        Duration lingering) {
    /** For a public server; the number of wants is go-bitswap's, and the processors are mostly for others. */
    public static final BitswapLimits DEFAULTS = new BitswapLimits(
            1024,
            32,
            Math.clamp(Runtime.getRuntime().availableProcessors() / 4, 2, 16),
            RetrievalLimits.DEFAULTS.stallTimeout(),
            RetrievalLimits.DEFAULTS.leastRate(),
            Duration.ofMinutes(10),
            Duration.ofSeconds(2));

    public BitswapLimits {
        if (wantsPerPeer < 1 || streamsPerPeer < 1 || turns < 1 || leastRate < 1) {
            throw new InvalidValueException(
                    "bitswap limit",
                    wantsPerPeer + ", " + streamsPerPeer + ", " + turns + ", " + leastRate,
                    "at least 1 each");
        }
        if (!stall.isPositive() || !idle.isPositive() || !lingering.isPositive()) {
            throw new InvalidValueException(
                    "bitswap time-out", stall + ", " + idle + ", " + lingering, "a positive duration each");
        }
    }
}
