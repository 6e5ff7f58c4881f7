package io.adit.simulation;

import java.math.BigInteger;

/** What may go wrong in a story. Lengths are in epochs. */
sealed interface Disturbance {

    /** The chain has no block in so many epochs. */
    record NullRounds(int rounds) implements Disturbance {}

    /** The last tipsets are replaced by another fork. */
    record Reorg(int depth) implements Disturbance {}

    /** The base fee stands at so many attoFIL. */
    record FeeStorm(BigInteger baseFee, int epochs) implements Disturbance {}

    /** Blocks are full: they carry only what leaves the producer so many attoFIL of each gas unit. */
    record FullBlocks(BigInteger premium, int epochs) implements Disturbance {}

    /** The operator makes one of the messages under way dearer, or gives it up. */
    record OperatorActs(boolean cancels) implements Disturbance {}

    /** The network takes the next messages and forgets them. */
    record LostMessages(int count) implements Disturbance {}

    /** The next messages reach the message pool so much later. */
    record LateMessages(int count, int epochs) implements Disturbance {}

    /** A full node misbehaves; which one, where there are several, is counted from 0 and around. */
    record NodeTrouble(int node, UnreliableNode.Mood mood, int epochs) implements Disturbance {}

    /** All full nodes show a head that is so many epochs old. */
    record StaleHead(int lag, int epochs) implements Disturbance {}

    /** A storage path fails. */
    record DiskTrouble(int path, SimulatedDisks.Health health, int epochs) implements Disturbance {}

    /** The proof worker dies in so many of 100 calls, or gives wrong proofs. */
    record ProverTrouble(int dyingPercent, int wrongPercent, int epochs) implements Disturbance {}

    /** The provider is killed where it happens to be, and started again later. */
    record Crash(int downFor) implements Disturbance {}

    /** The provider is killed at one of its marked places, when it has passed so many of them, and started again later. */
    record CrashAtPoint(int after, int downFor) implements Disturbance {}

    /** The wall clock of the provider's machine is so much before its time, or behind it, until somebody sets it right. */
    record ClockStep(int seconds, int epochs) implements Disturbance {}

    /** The operator wants one more sector of capacity. */
    record Pledge() implements Disturbance {}

    /** A client wants a deal. */
    record DealWanted(DealWish wish) implements Disturbance {}

    /** The worker, which had nothing, gets money. */
    record Payday() implements Disturbance {}

    /** The machine that works for the miner stands still, as when its host does, and goes on later without knowing. */
    record StandStill(int epochs) implements Disturbance {}
}
