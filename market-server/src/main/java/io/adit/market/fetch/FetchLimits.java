package io.adit.market.fetch;

import java.time.Duration;

/**
 * What a server may cost.
 *
 * @param connect for the connection to one address
 * @param answer for one request: connection, TLS and the whole head of the answer
 * @param silence longest time without a byte
 * @param rateWindow how long the least rate may be missed
 * @param leastRate bytes a second, on average over the window
 */
public record FetchLimits(Duration connect, Duration answer, Duration silence, Duration rateWindow, long leastRate) {
    /** 10 s to connect, a minute to answer, 30 s of silence, 4 KiB a second over a minute. */
    public static FetchLimits standard() {
        return new FetchLimits(
                Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ofMinutes(1), 4 << 10);
    }

    /** For all requests of one opening, redirects included. */
    Duration opening() {
        return answer.multipliedBy(2);
    }
}
