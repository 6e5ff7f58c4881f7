package io.adit.core.state;

/** Where a sector is in its life; the names are lotus-miner's, which operators know. */
public enum SectorState {
    /** Open for deals. */
    WaitDeals,
    /** A piece is being written into the sector. */
    AddPiece,
    /** Filled up with zero pieces. */
    Packing,
    /** Waiting for the ticket randomness. */
    GetTicket,
    /** Labelling (PC1). */
    PreCommit1,
    /** Building trees (PC2). */
    PreCommit2,
    /** The pre-commit message is being sent. */
    PreCommitting,
    /** The pre-commit message waits in a batch. */
    SubmitPreCommitBatch,
    /** The pre-commit message is on its way. */
    PreCommitWait,
    /** Waiting for the interactive seed. */
    WaitSeed,
    /** Computing the proof (C1 and C2). */
    Committing,
    /** The proof message is being sent. */
    SubmitCommit,
    /** The proof waits in an aggregate. */
    SubmitCommitAggregate,
    /** The proof message is on its way. */
    CommitWait,
    /** Cleaning the cache and moving to long-term storage. */
    FinalizeSector,
    /** Live on the chain and proven every day. */
    Proving,
    /** Declared or detected faulty. */
    Faulty,
    /** A fault declaration is on its way. */
    FaultReported,
    /** A termination message is on its way. */
    Terminating,
    /** The termination is on the chain, finality is awaited. */
    TerminateFinality,
    /** Files are being removed. */
    Removing,
    /** Files are gone; the number stays used. */
    Removed,
    /** A piece could not be written into the sector; waits for the operator. */
    AddPieceFailed,
    /** Labelling failed; waits for the operator. */
    SealPreCommit1Failed,
    /** Building trees failed; waits for the operator. */
    SealPreCommit2Failed,
    /** The chain refused the pre-commit, or it expired; waits for the operator. */
    PreCommitFailed,
    /** No valid proof could be made; waits for the operator. */
    ComputeProofFailed,
    /** The chain refused the proof message; waits for the operator. */
    CommitFailed,
    /** Cleaning or moving failed; the sector is proven nevertheless. Waits for the operator. */
    FinalizeFailed,
    /** Nothing can be done for this sector; the operator may remove it. */
    FailedUnrecoverable
}
