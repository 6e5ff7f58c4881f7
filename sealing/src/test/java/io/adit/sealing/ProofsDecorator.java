package io.adit.sealing;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.UnpaddedSize;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedCommitments;
import io.adit.proofs.SectorFiles;
import io.adit.proofs.WindowPoSt;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Passes everything on to real proofs; a test overrides what it wants to go wrong. */
public class ProofsDecorator implements Proofs {

    protected final Proofs proofs;

    public ProofsDecorator(Proofs proofs) {
        this.proofs = proofs;
    }

    @Override
    public PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing) {
        return proofs.addPiece(proof, source, size, staged, existing);
    }

    @Override
    public Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces) {
        return proofs.commD(proof, pieces);
    }

    @Override
    public byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces) {
        return proofs.preCommit1(proof, files, sector, ticket, pieces);
    }

    @Override
    public SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
        return proofs.preCommit2(phase1, files);
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
        return proofs.commit1(proof, files, sector, ticket, seed, commitments, pieces);
    }

    @Override
    public byte[] commit2(byte[] phase1, SectorId sector) {
        return proofs.commit2(phase1, sector);
    }

    @Override
    public boolean verifySeal(SealVerification seal) {
        return proofs.verifySeal(seal);
    }

    @Override
    public void clearCache(SectorFiles files) {
        proofs.clearCache(files);
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
        return proofs.unseal(proof, files, out, sector, commD, ticket, unpaddedOffset, size);
    }

    @Override
    public byte[] aggregateSeals(RegisteredSealProof proof, List<SealVerification> seals) {
        return proofs.aggregateSeals(proof, seals);
    }

    @Override
    public boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> seals, byte[] aggregate) {
        return proofs.verifyAggregateSeals(proof, seals, aggregate);
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        return proofs.windowPoSt(proof, miner, randomness, replicas);
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> made, List<PublicReplica> replicas, ActorId miner) {
        return proofs.verifyWindowPoSt(randomness, made, replicas, miner);
    }

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        return proofs.winningPoStChallenge(proof, randomness, miner, eligible);
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        return proofs.winningPoSt(proof, miner, randomness, replicas);
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> made, List<PublicReplica> replicas, ActorId miner) {
        return proofs.verifyWinningPoSt(randomness, made, replicas, miner);
    }

    @Override
    public String version() {
        return proofs.version();
    }

    @Override
    public void close() {}
}
