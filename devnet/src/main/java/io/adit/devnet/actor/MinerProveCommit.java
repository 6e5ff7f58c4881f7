package io.adit.devnet.actor;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborWriter;
import io.adit.devnet.policy.ProtocolLimits;
import java.util.ArrayList;
import java.util.List;

/** ProveCommitSectors3 (method 34): proves pre-committed sectors, activates them and tells the market what they hold. */
final class MinerProveCommit {
    private static final long SNARK_PACK_V2 = 1;

    private MinerProveCommit() {}

    static byte[] prove(Invocation in, ProveCommitSectors3Params params) {
        var state = in.tree().read(in.receiver(), MinerState.class);
        in.requireCaller(state.operators());
        var preCommits = params.sectorActivations().stream()
                .map(activation -> preCommit(state, activation.sectorNumber().value()))
                .toList();
        checkShape(params, preCommits);
        chargeGas(in, params);
        var candidates = validate(in, params, preCommits);
        requireAny(candidates, "no valid precommits specified");
        SealCheck.verify(in, params, candidates);
        requireAny(candidates, "no valid proofs specified");
        SealCheck.checkData(in, candidates, params.requireActivationSuccess());
        requireAny(candidates, "all data activations failed");
        SectorActivation.activate(
                in, candidates.stream().filter(CommitCandidate::well).toList());
        ContentNotice.send(in, candidates, params.requireNotificationSuccess());
        return BatchReturn.of(candidates.stream().map(one -> one.code).toList()).toCbor();
    }

    static PreCommit preCommit(MinerState state, long number) {
        var found = state.preCommits.get(number);
        if (found == null) {
            throw ActorAbort.notFound("loading precommits: sector " + number + " not found");
        }
        return found;
    }

    private static void checkShape(ProveCommitSectors3Params params, List<PreCommit> preCommits) {
        int count = preCommits.size();
        if (count == 0) {
            throw ActorAbort.illegalArgument("no sectors to prove");
        }
        boolean single = !params.sectorProofs().isEmpty();
        if (single == (params.aggregateProof().length > 0)) {
            throw ActorAbort.illegalArgument("exactly one of sector proofs or aggregate proof must be non-empty");
        }
        if (single) {
            if (params.aggregateProofType().isPresent()) {
                throw ActorAbort.illegalArgument("aggregate proof type must be null with batched proofs");
            }
            if (count != params.sectorProofs().size()) {
                throw ActorAbort.illegalArgument("mismatched lengths: " + count + " sector activations, "
                        + params.sectorProofs().size() + " proofs");
            }
            for (var proof : params.sectorProofs()) {
                if (proof.length > ProtocolLimits.SEAL_PROOF_SIZE) {
                    throw ActorAbort.illegalArgument(
                            "sector proof size " + proof.length + " exceeds max " + ProtocolLimits.SEAL_PROOF_SIZE);
                }
            }
            return;
        }
        if (params.aggregateProofType().filter(type -> type == SNARK_PACK_V2).isEmpty()) {
            throw ActorAbort.illegalArgument("aggregate proof type must be SnarkPackV2");
        }
        if (count < ProtocolLimits.MIN_AGGREGATED_SECTORS || count > ProtocolLimits.MAX_AGGREGATED_SECTORS) {
            throw ActorAbort.illegalArgument("too few or too many sectors addressed, addressed " + count);
        }
        if (params.aggregateProof().length > ProtocolLimits.MAX_AGGREGATED_PROOF_SIZE) {
            throw ActorAbort.illegalArgument("sector prove-commit proof exceeds max size");
        }
    }

    private static void chargeGas(Invocation in, ProveCommitSectors3Params params) {
        int count = params.sectorActivations().size();
        in.gas()
                .charge(
                        params.aggregateProof().length > 0
                                ? 170_000_000 + 8_000_000L * count
                                : 35_000_000 + 60_000_000L * count);
    }

    private static void requireAny(List<CommitCandidate> candidates, String otherwise) {
        if (candidates.stream().noneMatch(CommitCandidate::well)) {
            throw ActorAbort.illegalArgument(otherwise);
        }
    }

    private static List<CommitCandidate> validate(
            Invocation in, ProveCommitSectors3Params params, List<PreCommit> preCommits) {
        long epoch = in.chain().epoch();
        var entropy = entropy(in.receiver());
        var candidates = new ArrayList<CommitCandidate>();
        for (int index = 0; index < preCommits.size(); index++) {
            var preCommit = preCommits.get(index);
            if (preCommit.sealProof() != preCommits.getFirst().sealProof()) {
                throw ActorAbort.illegalState("seal proof group for verification contains mismatched seal proofs");
            }
            long challenge = preCommit.epoch() + in.chain().policy().preCommitChallengeDelay();
            if (epoch <= challenge) {
                throw ActorAbort.forbidden("too early to prove sector");
            }
            var proof = params.sectorProofs().isEmpty()
                    ? new byte[0]
                    : params.sectorProofs().get(index);
            var candidate = new CommitCandidate(
                    params.sectorActivations().get(index),
                    preCommit,
                    SealCheck.seal(in, preCommit, challenge, entropy, proof));
            boolean late = epoch
                    > preCommit.epoch()
                            + ProtocolLimits.maxProveCommitDuration(in.chain().policy());
            if (late || !preCommit.dealIds().isEmpty()) {
                candidate.code = ActorAbort.ILLEGAL_ARGUMENT;
                if (params.requireActivationSuccess()) {
                    throw ActorAbort.illegalArgument(
                            "invalid pre-commit " + index + " while requiring activation success");
                }
            }
            candidates.add(candidate);
        }
        return candidates;
    }

    static byte[] entropy(long miner) {
        return new CborWriter().bytes(Address.ofId(miner).bytes()).toByteArray();
    }
}
