package io.adit.sealing.proving;

import java.time.Duration;

/** One proof's way through the {@link ProofLane}: what it may count on until it has a place there. */
interface ProofTurn {

    /** The time until the proof must be made. */
    Duration left();

    /** Whether all places are taken, so that it can do nothing but read until one is free. */
    boolean mustWait();

    /** How many proofs one after another have to be made in the time that is left, this one included; at least 1. */
    int rounds();

    /** Takes a place; waits until one is free. */
    void take() throws InterruptedException;
}
