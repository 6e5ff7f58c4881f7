package io.adit.devnet.actor;

import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.DeadlineWindow;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.devnet.policy.ProtocolLimits;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PublicReplica;
import java.util.Arrays;
import java.util.List;

/**
 * SubmitWindowedPoSt (method 5). The real actor verifies a proof only when it recovers power and accepts others until
 * disputed; the devnet verifies all of them, because it is there to find a provider's mistakes, and refuses a bad one as the
 * actor refuses a bad recovery.
 */
final class MinerProving {
    private static final long GAS_OPTIMISTIC = 14_000_000;
    private static final long GAS_VERIFIED = 135_000_000;
    private static final long GAS_OF_A_PARTITION = 5_000_000;
    private static final int MAX_RANDOMNESS = 32;

    /** What the proven partitions amount to. */
    private static final class Outcome {
        Deadline deadline;
        BitField sectors = BitField.of();
        BitField ignored = BitField.of();
        BitField partitions = BitField.of();
        Power recovered = Power.ZERO;
        Power delta = Power.ZERO;

        Outcome(Deadline deadline) {
            this.deadline = deadline;
        }
    }

    private MinerProving() {}

    static byte[] submit(Invocation in, SubmitWindowedPoStParams params) {
        checkAlone(in, params);
        var state = in.tree().write(in.receiver(), MinerState.class);
        in.requireCaller(state.operators());
        var proof = params.proofs().getFirst();
        checkProofShape(state, params);
        var current = state.deadlineAt(in.chain().policy(), in.chain().epoch());
        checkTiming(in, params, current);

        var outcome = provePartitions(state, params, current.last().value());
        if (outcome.sectors.minus(outcome.ignored).cardinality() == 0) {
            throw ActorAbort.illegalArgument("cannot prove partitions with no active sectors");
        }
        boolean optimistic = outcome.recovered.isZero();
        in.gas()
                .charge((optimistic ? GAS_OPTIMISTIC : GAS_VERIFIED)
                        + params.partitions().size() * GAS_OF_A_PARTITION);
        verify(in, state, current, outcome, proof);
        var deadline = outcome.deadline.withPosted(outcome.partitions);
        state.setDeadline(
                (int) params.deadline(),
                optimistic ? deadline.withSubmission(new Deadline.Submission(outcome.partitions, proof)) : deadline);
        MinerFunds.changePower(in, outcome.delta);
        return new byte[0];
    }

    private static void checkAlone(Invocation in, SubmitWindowedPoStParams params) {
        if (params.proofs().size() != 1) {
            throw ActorAbort.illegalArgument(
                    "expected exactly one proof, got " + params.proofs().size());
        }
        long type = params.proofs().getFirst().type();
        boolean known = type == RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1.number()
                || type == RegisteredPoStProof.STACKED_DRG_WINDOW_8MIB_V1_1.number();
        if (!known) {
            throw ActorAbort.illegalArgument("proof type " + type + " not allowed");
        }
        int count = in.chain().policy().deadlines();
        if (params.deadline() >= count) {
            throw ActorAbort.illegalArgument("invalid deadline " + params.deadline() + " of " + count);
        }
        if (params.chainCommitRand().length > MAX_RANDOMNESS) {
            throw ActorAbort.illegalArgument(
                    "expected at most 32 bytes of randomness, got " + params.chainCommitRand().length);
        }
    }

    private static void checkProofShape(MinerState state, SubmitWindowedPoStParams params) {
        var proof = params.proofs().getFirst();
        if (proof.type() != state.windowProof().number()) {
            throw ActorAbort.illegalArgument("expected proof of type " + state.windowProof() + ", got " + proof.type());
        }
        int partitions = params.partitions().size();
        int maxSize = ProtocolLimits.WINDOW_POST_PROOF_SIZE * partitions;
        if (proof.proof().length > maxSize) {
            throw ActorAbort.illegalArgument("expected proof to be smaller than " + maxSize + " bytes");
        }
        if (partitions > ProtocolLimits.POSTED_PARTITIONS_MAX) {
            throw ActorAbort.illegalArgument(
                    "too many partitions " + partitions + ", limit " + ProtocolLimits.POSTED_PARTITIONS_MAX);
        }
    }

    private static void checkTiming(Invocation in, SubmitWindowedPoStParams params, DeadlineWindow current) {
        long epoch = in.chain().epoch();
        if (params.deadline() != current.index()) {
            throw ActorAbort.illegalArgument(
                    "invalid deadline " + params.deadline() + " at epoch " + epoch + ", expected " + current.index());
        }
        long committed = params.chainCommitEpoch().value();
        if (params.chainCommitEpoch().isBefore(current.challenge())) {
            throw ActorAbort.illegalArgument(
                    "expected chain commit epoch " + committed + " to be after " + current.challenge());
        }
        if (committed >= epoch) {
            throw ActorAbort.illegalArgument(
                    "chain commit epoch " + committed + " must be less than the current epoch " + epoch);
        }
        var expected = in.chain().ticketRandomness(DomainSeparationTag.POST_CHAIN_COMMIT, committed, new byte[0]);
        if (!Arrays.equals(expected.bytes(), params.chainCommitRand())) {
            throw ActorAbort.illegalArgument("post commit randomness mismatched");
        }
    }

    private static Outcome provePartitions(MinerState state, SubmitWindowedPoStParams params, long last) {
        var outcome = new Outcome(state.deadlines.get((int) params.deadline()));
        var indices = BitField.of(
                params.partitions().stream().mapToLong(PoStPartition::index).toArray());
        if (indices.cardinality() != params.partitions().size()) {
            throw ActorAbort.illegalArgument("duplicate partitions proven");
        }
        if (indices.intersect(outcome.deadline.posted()).cardinality() > 0) {
            throw ActorAbort.illegalArgument("partition already proven: " + indices);
        }
        for (var post : params.partitions()) {
            provePartition(state, outcome, post, last);
        }
        outcome.partitions = indices;
        return outcome;
    }

    private static void provePartition(MinerState state, Outcome outcome, PoStPartition post, long last) {
        var partition = outcome.deadline.partition(post.index());
        if (post.skipped().minus(partition.sectors()).cardinality() > 0) {
            throw ActorAbort.illegalArgument("skipped faults contains sectors outside partition");
        }
        var skippedRecoveries = partition.recoveries().intersect(post.skipped());
        var newFaults = post.skipped().minus(partition.terminated()).minus(partition.faults());
        var lost = state.power(newFaults.minus(partition.unproven()));
        partition = partition.retractRecoveries(skippedRecoveries).fault(newFaults, last);

        var recovered = state.power(partition.recoveries());
        partition = partition.recover();
        var gained = state.power(partition.unproven());
        partition = partition.activateUnproven();

        outcome.recovered = outcome.recovered.plus(recovered);
        outcome.delta = outcome.delta.plus(recovered).plus(gained).minus(lost);
        outcome.sectors = outcome.sectors.union(partition.sectors());
        outcome.ignored = outcome.ignored.union(partition.faults()).union(partition.terminated());
        outcome.deadline = outcome.deadline.with((int) post.index(), partition);
    }

    private static void verify(
            Invocation in,
            MinerState state,
            DeadlineWindow current,
            Outcome outcome,
            io.adit.chain.type.PoStProof submitted) {
        var randomness = in.chain()
                .beaconRandomness(
                        DomainSeparationTag.WINDOWED_POST_CHALLENGE_SEED,
                        current.challenge().value(),
                        MinerProveCommit.entropy(in.receiver()));
        var proof = new PoStProof(RegisteredPoStProof.fromNumber(submitted.type()), submitted.proof());
        var replicas = replicas(state, outcome);
        boolean valid = Invocation.holds(() ->
                in.chain().proofs().verifyWindowPoSt(randomness, List.of(proof), replicas, new ActorId(in.receiver())));
        if (!valid) {
            throw ActorAbort.illegalArgument("invalid post was submitted");
        }
    }

    /** A faulty, skipped or ended sector is challenged in the place of the first good one. */
    private static List<PublicReplica> replicas(MinerState state, Outcome outcome) {
        long standIn =
                Partition.members(outcome.sectors.minus(outcome.ignored)).min().orElseThrow();
        return Partition.members(outcome.sectors)
                .map(number -> outcome.ignored.contains(number) ? standIn : number)
                .mapToObj(number -> new PublicReplica(
                        new SectorNumber(number),
                        Commitment.fromCid(state.sector(number).sealedCid())))
                .distinct()
                .toList();
    }

    /** The present or next window of a deadline, for declarations about it. */
    static DeadlineWindow declarationWindow(Invocation in, MinerState state, long index) {
        return state.deadline(in.chain().policy(), index, in.chain().epoch()).nextNotElapsed();
    }
}
