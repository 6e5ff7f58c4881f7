package io.adit.simulation;

import java.math.BigInteger;

/** What may go wrong in a story. Lengths are in epochs. */
sealed interface Disturbance {

    /** The chain has no block in so many epochs. */
    record NullRounds(int rounds) implements Disturbance {}

    /** The last tipsets are replaced by another fork. */
    record Reorg(int depth) implements Disturbance {}

    /** The base fee stands at a multiple of its floor. */
    record FeeStorm(BigInteger factor, int epochs) implements Disturbance {}

    /** The full node says yes to the next messages and forgets them. */
    record LostMessages(int count) implements Disturbance {}

    /** The full node misbehaves. */
    record NodeTrouble(UnreliableNode.Mood mood, int epochs) implements Disturbance {}

    /** The full node shows a head that is so many epochs old. */
    record StaleHead(int lag, int epochs) implements Disturbance {}

    /** A storage path fails. */
    record DiskTrouble(int path, SimulatedDisks.Health health, int epochs) implements Disturbance {}

    /** The proof worker dies in so many of 100 calls, or gives wrong proofs. */
    record ProverTrouble(int dyingPercent, int wrongPercent, int epochs) implements Disturbance {}

    /** The provider is killed, and started again later. */
    record Crash(int downFor) implements Disturbance {}

    /** The wall clock of the provider's machine steps, as a time server or a person makes it. */
    record ClockStep(int seconds) implements Disturbance {}
}
