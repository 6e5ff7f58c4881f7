package io.adit.chain.f3;

import java.time.Duration;

/**
 * The rhythm of taking part in F3.
 *
 * @param instances how many to ask a lease for; Lotus gives 5 at most
 * @param renewWithin the lease is renewed when so many of its instances are left
 * @param firstCheck time between two looks before the pace of the instances is known
 * @param shortestCheck least time between two looks at a lease
 * @param longestCheck most time between two looks
 * @param firstPause after one failure; each further one waits half as long again
 * @param longestPause most time between two tries
 * @param offPause between two looks at a node that has no F3
 * @param invalidPatience how long a ticket that the node cannot read keeps another from being asked for: it may be the lease of
 *     another node
 */
public record F3Settings(
        long instances,
        long renewWithin,
        Duration firstCheck,
        Duration shortestCheck,
        Duration longestCheck,
        Duration firstPause,
        Duration longestPause,
        Duration offPause,
        Duration invalidPatience) {

    /** As lotus-miner asks (lease of 5, renewed at 2, tries from 1 s to 1 min), but with looks at the pace of the instances. */
    public static F3Settings defaults() {
        return new F3Settings(
                5,
                2,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofMinutes(5));
    }
}
