package io.adit.devnet.actor;

import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.adit.proofs.SealVerification;
import java.util.List;

/** Whether sectors are sealed as they were pre-committed: their proofs, and the pieces that they are said to hold. */
final class SealCheck {
    private SealCheck() {}

    static SealVerification seal(Invocation in, PreCommit preCommit, long challenge, byte[] entropy, byte[] proof) {
        var chain = in.chain();
        return new SealVerification(
                preCommit.sealProof(),
                new SectorId(new ActorId(in.receiver()), new SectorNumber(preCommit.number())),
                Commitment.fromCid(preCommit.sealedCid()),
                Commitment.fromCid(unsealed(preCommit)),
                chain.ticketRandomness(DomainSeparationTag.SEAL_RANDOMNESS, preCommit.sealRandEpoch(), entropy),
                chain.beaconRandomness(DomainSeparationTag.INTERACTIVE_SEAL_CHALLENGE_SEED, challenge, entropy),
                proof);
    }

    private static Cid unsealed(PreCommit preCommit) {
        return preCommit
                .unsealedCid()
                .orElseGet(() -> MinerPreCommit.zeroCommD(preCommit.sealProof().sectorSize()));
    }

    static void verify(Invocation in, ProveCommitSectors3Params params, List<CommitCandidate> candidates) {
        var proofs = in.chain().proofs();
        if (params.sectorProofs().isEmpty()) {
            var seals = candidates.stream().map(one -> one.seal).toList();
            var type = candidates.getFirst().preCommit.sealProof();
            boolean valid = Invocation.holds(() -> proofs.verifyAggregateSeals(type, seals, params.aggregateProof()));
            if (!valid) {
                throw ActorAbort.illegalArgument("aggregate seal verify failed");
            }
            return;
        }
        for (var candidate : candidates) {
            if (candidate.well() && !Invocation.holds(() -> proofs.verifySeal(candidate.seal))) {
                candidate.code = ActorAbort.ILLEGAL_ARGUMENT;
                if (params.requireActivationSuccess()) {
                    throw ActorAbort.illegalArgument("invalid proof for sector " + candidate.preCommit.number()
                            + " while requiring activation success");
                }
            }
        }
    }

    /** The manifest's pieces must make the CommD that was pre-committed. */
    static void checkData(Invocation in, List<CommitCandidate> candidates, boolean allOrNothing) {
        for (var candidate : candidates) {
            if (!candidate.well()) {
                continue;
            }
            var computed = commD(candidate);
            if (!computed.equals(unsealed(candidate.preCommit))) {
                throw ActorAbort.illegalArgument("unsealed CID does not match pieces for sector "
                        + candidate.preCommit.number() + ", computed " + computed + " declared "
                        + unsealed(candidate.preCommit));
            }
            // Before FIP-0118 a key had to name an allocation; the devnet has no verified registry, so none exists.
            boolean claims = candidate.manifest.pieces().stream()
                    .anyMatch(piece -> piece.verifiedAllocationKey().isPresent());
            if (claims && in.chain().rules().allocationsAreClaimed()) {
                candidate.code = ActorAbort.ILLEGAL_ARGUMENT;
                if (allOrNothing) {
                    throw ActorAbort.illegalArgument("failed to claim allocations");
                }
            }
        }
    }

    private static Cid commD(CommitCandidate candidate) {
        try {
            var pieces = candidate.manifest.pieces().stream()
                    .map(piece -> new PieceInfo(Commitment.fromCid(piece.cid()), new PaddedSize(piece.size())))
                    .toList();
            var size =
                    new PaddedSize(candidate.preCommit.sealProof().sectorSize().bytes());
            return PieceTree.commD(pieces, size).asUnsealedCid();
        } catch (AditException malformed) {
            throw ActorAbort.illegalArgument("failed to compute unsealed sector CID: " + malformed.getMessage());
        }
    }
}
