package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorState;
import io.adit.core.task.NewTask;
import io.adit.core.task.TaskPriority;

/**
 * The steps of sealing in their order: the task kind, the sector's state while the step is pending or running, and the
 * state when it has failed for good. States are named as lotus-miner names them.
 */
public enum SealingStep {
    /** Waits until an open sector is full, or must be sealed as it is. */
    WAIT_DEALS("sector.waitdeals", TaskPriority.BACKGROUND, SectorState.WaitDeals, SectorState.AddPieceFailed),
    /** Writes all pieces and padding into the unsealed file. */
    ADD_PIECE("sector.addpiece", TaskPriority.PRECOMMIT, SectorState.AddPiece, SectorState.AddPieceFailed),
    /** Fetches and stores the ticket. */
    TICKET("sector.ticket", TaskPriority.PRECOMMIT, SectorState.GetTicket, SectorState.SealPreCommit1Failed),
    /** SDR labelling. */
    PRE_COMMIT_1("sector.precommit1", TaskPriority.PRECOMMIT, SectorState.PreCommit1, SectorState.SealPreCommit1Failed),
    /** Encoding and trees. */
    PRE_COMMIT_2("sector.precommit2", TaskPriority.PRECOMMIT, SectorState.PreCommit2, SectorState.SealPreCommit2Failed),
    /** Sends PreCommitSectorBatch2. */
    PRE_COMMIT_SEND(
            "sector.precommit.send", TaskPriority.PRECOMMIT, SectorState.PreCommitting, SectorState.PreCommitFailed),
    /** Waits for the pre-commit on the chain. */
    PRE_COMMIT_WAIT(
            "sector.precommit.wait", TaskPriority.COMMIT, SectorState.PreCommitWait, SectorState.PreCommitFailed),
    /** Waits for the interactive seed. */
    SEED_WAIT("sector.seed.wait", TaskPriority.COMMIT, SectorState.WaitSeed, SectorState.PreCommitFailed),
    /** Opens the challenged nodes. */
    COMMIT_1("sector.commit1", TaskPriority.COMMIT, SectorState.Committing, SectorState.ComputeProofFailed),
    /** Makes the Groth16 proof and verifies it. */
    COMMIT_2("sector.commit2", TaskPriority.COMMIT, SectorState.Committing, SectorState.ComputeProofFailed),
    /** Checks seed and proof once more and sends ProveCommitSectors3. */
    COMMIT_SEND("sector.commit.send", TaskPriority.COMMIT, SectorState.SubmitCommit, SectorState.CommitFailed),
    /** Waits for the sector on the chain. */
    COMMIT_WAIT("sector.commit.wait", TaskPriority.COMMIT, SectorState.CommitWait, SectorState.CommitFailed),
    /** Removes layers and trees and moves the sector to a path that stores. */
    FINALIZE("sector.finalize", TaskPriority.BACKGROUND, SectorState.FinalizeSector, SectorState.FinalizeFailed);

    private final String kind;
    private final TaskPriority priority;
    private final SectorState state;
    private final SectorState failedState;

    SealingStep(String kind, TaskPriority priority, SectorState state, SectorState failedState) {
        this.kind = kind;
        this.priority = priority;
        this.state = state;
        this.failedState = failedState;
    }

    /** The task kind, also the prefix of its crash points. */
    public String kind() {
        return kind;
    }

    /** Its place in the engine's order: what has a deposit at stake goes before what has none. */
    public TaskPriority priority() {
        return priority;
    }

    /** The sector's state while this step is due. */
    public SectorState state() {
        return state;
    }

    /** The sector's state when this step needs the operator. */
    public SectorState failedState() {
        return failedState;
    }

    /** Whether it works on the sector's files; the other steps only talk to the chain. */
    public boolean touchesFiles() {
        return switch (this) {
            case ADD_PIECE, PRE_COMMIT_1, PRE_COMMIT_2, COMMIT_1, COMMIT_2, FINALIZE -> true;
            case WAIT_DEALS, TICKET, PRE_COMMIT_SEND, PRE_COMMIT_WAIT, SEED_WAIT, COMMIT_SEND, COMMIT_WAIT -> false;
        };
    }

    /** The task's key for a sector: its number in decimal. */
    public static String keyOf(SectorNumber sector) {
        return Long.toString(sector.value());
    }

    NewTask task(SectorNumber sector) {
        return new NewTask(kind, keyOf(sector), "{}", priority);
    }
}
