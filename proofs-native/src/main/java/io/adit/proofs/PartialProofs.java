package io.adit.proofs;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.UnpaddedSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What proofs that do a part of the work only have in common: everything else is refused with an
 * {@link UnsupportedOperationException}. For chains whose subject is not the proof, and for simulations.
 */
public abstract class PartialProofs implements Proofs {

    private static UnsupportedOperationException notDone() {
        return new UnsupportedOperationException("these proofs do a part of the work only, and this is not in it");
    }

    @Override
    public boolean verifySeal(SealVerification seal) {
        throw notDone();
    }

    @Override
    public boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> seals, byte[] aggregate) {
        throw notDone();
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        throw notDone();
    }

    @Override
    public PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing) {
        throw notDone();
    }

    @Override
    public Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces) {
        throw notDone();
    }

    @Override
    public byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces) {
        throw notDone();
    }

    @Override
    public SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
        throw notDone();
    }

    @Override
    public byte[] commit1(
            RegisteredSealProof proof,
            SectorFiles files,
            SectorId sector,
            Randomness ticket,
            Randomness seed,
            SealedCommitments commitments,
            List<PieceInfo> pieces) {
        throw notDone();
    }

    @Override
    public byte[] commit2(byte[] phase1, SectorId sector) {
        throw notDone();
    }

    @Override
    public void clearCache(SectorFiles files) {
        throw notDone();
    }

    @Override
    public long unseal(
            RegisteredSealProof proof,
            SectorFiles files,
            Path out,
            SectorId sector,
            Commitment commD,
            Randomness ticket,
            long unpaddedOffset,
            UnpaddedSize size) {
        throw notDone();
    }

    @Override
    public byte[] aggregateSeals(RegisteredSealProof proof, List<SealVerification> toAggregate) {
        throw notDone();
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        throw notDone();
    }

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        throw notDone();
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        throw notDone();
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        throw notDone();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
