package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.soabase.recordbuilder.core.RecordBuilder;
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
@RecordBuilder
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
        long version)
        implements SectorRecordBuilder.With {
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
}
