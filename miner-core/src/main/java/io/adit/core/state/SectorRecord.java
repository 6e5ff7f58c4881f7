package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything the node remembers of a sector.
 *
 * @param number unique for ever within the miner
 * @param sealProof the seal proof type, which fixes the sector size
 * @param state the step it is in
 * @param pieces in sector order, padding included
 * @param ticket set by GetTicket
 * @param commD set by PC1
 * @param commR set by PC2
 * @param preCommitCid the pre-commit message
 * @param preCommitEpoch the epoch that message was executed in
 * @param seed set by WaitSeed
 * @param proof the 192-byte Groth16 proof per partition, set by C2
 * @param commitCid the prove-commit message
 * @param activation the epoch the sector became active
 * @param expiration the epoch the sector expires on the chain
 * @param error the last failure in words
 * @param version counts updates; {@link SectorTable#update} refuses a record whose version is not the stored one
 */
public record SectorRecord(
        SectorNumber number,
        RegisteredSealProof sealProof,
        SectorState state,
        List<SectorPiece> pieces,
        Optional<SectorTicket> ticket,
        Optional<Commitment> commD,
        Optional<Commitment> commR,
        Optional<Cid> preCommitCid,
        Optional<Epoch> preCommitEpoch,
        Optional<SectorSeed> seed,
        Optional<Bytes> proof,
        Optional<Cid> commitCid,
        Optional<Epoch> activation,
        Optional<Epoch> expiration,
        Optional<String> error,
        Instant createdAt,
        Instant updatedAt,
        long version) {
    /** Copies the piece list. */
    public SectorRecord {
        pieces = List.copyOf(pieces);
    }

    /** An empty sector in {@link SectorState#WaitDeals}. */
    public static SectorRecord created(SectorNumber number, RegisteredSealProof sealProof, Instant now) {
        return new SectorRecord(
                number,
                sealProof,
                SectorState.WaitDeals,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now,
                0);
    }

    /** This record with another state. */
    public SectorRecord withState(SectorState state) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with another pieces. */
    public SectorRecord withPieces(List<SectorPiece> pieces) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the commD set. */
    public SectorRecord withCommD(Commitment commD) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                Optional.of(commD),
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the commR set. */
    public SectorRecord withCommR(Commitment commR) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                Optional.of(commR),
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the ticket set. */
    public SectorRecord withTicket(SectorTicket ticket) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                Optional.of(ticket),
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the preCommitCid set. */
    public SectorRecord withPreCommitCid(Cid preCommitCid) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                Optional.of(preCommitCid),
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the preCommitEpoch set. */
    public SectorRecord withPreCommitEpoch(Epoch preCommitEpoch) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                Optional.of(preCommitEpoch),
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the seed set. */
    public SectorRecord withSeed(SectorSeed seed) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                Optional.of(seed),
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the proof set. */
    public SectorRecord withProof(Bytes proof) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                Optional.of(proof),
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the commitCid set. */
    public SectorRecord withCommitCid(Cid commitCid) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                Optional.of(commitCid),
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the activation set. */
    public SectorRecord withActivation(Epoch activation) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                Optional.of(activation),
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the expiration set. */
    public SectorRecord withExpiration(Epoch expiration) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                Optional.of(expiration),
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with another error. */
    public SectorRecord withError(Optional<String> error) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with another updatedAt. */
    public SectorRecord withUpdatedAt(Instant updatedAt) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }

    SectorRecord withVersion(long version) {
        return new SectorRecord(
                number,
                sealProof,
                state,
                pieces,
                ticket,
                commD,
                commR,
                preCommitCid,
                preCommitEpoch,
                seed,
                proof,
                commitCid,
                activation,
                expiration,
                error,
                createdAt,
                updatedAt,
                version);
    }
}
