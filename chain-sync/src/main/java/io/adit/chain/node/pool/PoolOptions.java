package io.adit.chain.node.pool;

import io.adit.core.fil.Address;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Times and bounds of a pool.
 *
 * @param miner whose sectors the nodes are asked for; without one that check is left out
 * @param probeInterval between two looks at a node; with {@code probeTimeout} the longest a dead one goes unnoticed
 * @param probeTimeout a node that does not name its head in this time is unreachable
 * @param queryPatience after so long without an answer the next node is asked too
 * @param computePatience the same for calls that run messages
 * @param sectorsInterval between two comparisons of the miner's sectors
 * @param sectorsPatience for such an answer: large miners make it slow
 * @param lagEpochs a head may be so far behind another node's
 * @param lagPatience it must stay behind for so long to count; null rounds make heads jump
 * @param slowAfter smoothed latency above which a node is slow; below half of it it is not any more
 * @param recoveryProbes good probes in a row before a node is believed again
 * @param maxEpochsAhead a head may be so far ahead of this machine's clock; empty where a chain's clock runs freely
 * @param channelSilence the head's channel may be behind, or not open, for so long
 * @param redundancy what is pushed to every good node at once
 */
public record PoolOptions(
        Optional<Address> miner,
        Duration probeInterval,
        Duration probeTimeout,
        Duration queryPatience,
        Duration computePatience,
        Duration sectorsInterval,
        Duration sectorsPatience,
        long lagEpochs,
        Duration lagPatience,
        Duration slowAfter,
        int recoveryProbes,
        OptionalLong maxEpochsAhead,
        Duration channelSilence,
        Redundancy redundancy) {

    /** What is given to all good nodes at once, so that it is gossiped from several places. */
    public enum Redundancy {
        /** Nothing: the next node only when one does not answer. */
        NONE,
        /** Window proofs and blocks, which have a deadline. */
        URGENT,
        /** Every message. */
        ALL
    }

    /** For a network with 30 s between epochs: a dead node is noticed within 4 s, a call waits 2 s for its primary. */
    public static PoolOptions defaults(Optional<Address> miner) {
        return new PoolOptions(
                miner,
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(4),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                3,
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                3,
                OptionalLong.of(2),
                Duration.ofSeconds(20),
                Redundancy.URGENT);
    }

    /** For a development chain: its epochs are short, and it may run ahead of the clock. */
    public static PoolOptions development(Optional<Address> miner) {
        return new PoolOptions(
                miner,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                10,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                3,
                OptionalLong.empty(),
                Duration.ofSeconds(5),
                Redundancy.URGENT);
    }

    /** With other times for probing: how often, and how long an answer may take. */
    public PoolOptions withProbes(Duration interval, Duration timeout, Duration sectors) {
        return new PoolOptions(
                miner,
                interval,
                timeout,
                queryPatience,
                computePatience,
                sectors,
                sectorsPatience,
                lagEpochs,
                lagPatience,
                slowAfter,
                recoveryProbes,
                maxEpochsAhead,
                channelSilence,
                redundancy);
    }

    /** With another rule for what goes to every node. */
    public PoolOptions with(Redundancy other) {
        return new PoolOptions(
                miner,
                probeInterval,
                probeTimeout,
                queryPatience,
                computePatience,
                sectorsInterval,
                sectorsPatience,
                lagEpochs,
                lagPatience,
                slowAfter,
                recoveryProbes,
                maxEpochsAhead,
                channelSilence,
                other);
    }
}
