package io.adit.core.slash;

import java.util.OptionalLong;

/**
 * The right of one node among several to mine for a miner, kept where all of them see it (a row in their shared database).
 *
 * <p>Each time the lease goes to a holder, the token rises. The guard writes the token with each block, permits nothing
 * without one, and after a new token waits out the epochs at which the holder before may have signed. The lease narrows the
 * window, it does not close it: a holder that stops being scheduled between asking and signing signs late. The log of one
 * machine, its lock, and the wait close it for copies on one disk and for takeovers that take longer than two epochs.
 */
@FunctionalInterface
public interface MiningLease {
    /** For a miner that has one node: always held. */
    MiningLease NONE = () -> OptionalLong.of(0);

    /** The token while this node holds the lease; empty while it does not. Must answer from memory, without waiting. */
    OptionalLong token();
}
