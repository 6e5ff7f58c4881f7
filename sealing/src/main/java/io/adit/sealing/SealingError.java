package io.adit.sealing;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Every way in which storing, sealing or proving a sector can fail, with its kind and the long explanation. */
public enum SealingError implements ErrorCode {
    STORAGE_NO_PATH(
            ErrorKind.OPERATOR,
            "No attached storage path may hold this kind of file. Attach one with `adit storage attach PATH`, or allow"
                    + " sealing or storing in the sectorstore.json of a path that exists and start the node again."),
    STORAGE_NO_SPACE(
            ErrorKind.OPERATOR,
            "The storage paths have too little free space for this step, so it was not started. Free space, raise"
                    + " MaxStorage, or attach another path; waiting tasks continue by themselves."),
    STORAGE_SILENT(
            ErrorKind.HARDWARE,
            "The disk of a storage path does not answer: a mount that hangs, or a drive that retries. Sectors on other"
                    + " paths are not held up by it. Check the mount (a hung NFS server) and the drive (dmesg, SMART);"
                    + " waiting steps continue by themselves when it answers again."),
    STORAGE_PATH_INVALID(
            ErrorKind.OPERATOR,
            "A declared storage path is missing, is not a directory, or has no readable sectorstore.json. Check that"
                    + " the disk is mounted and start the node again; if it is gone for good, take its line out of"
                    + " storage.json and of storage.paths."),
    STORAGE_IO(
            ErrorKind.HARDWARE,
            "Reading or writing a sector's file failed. Check the disk (dmesg, SMART) before retrying; nothing was"
                    + " deleted."),
    STORAGE_COPY_DIFFERS(
            ErrorKind.HARDWARE,
            "A file copied between storage paths does not hash to the same value as its source. Nothing was"
                    + " deleted: the source is still used. Suspect memory, cable or disk; retry the sector once they"
                    + " are in order."),
    SECTOR_FILE_MISSING(
            ErrorKind.HARDWARE,
            "A file that this sector needs lies on none of the attached storage paths. Attach the path that holds it,"
                    + " or restart sealing of the sector."),
    SECTOR_NUMBER_TAKEN(
            ErrorKind.CHAIN,
            "The chain says that this sector number is already allocated, so another number is used. This happens"
                    + " after a database loss or when two nodes share one miner."),
    PIECE_FILE_MISSING(
            ErrorKind.HARDWARE, "The file with a deal's piece is gone or has another size than was accepted."),
    PIECE_DIFFERS(
            ErrorKind.HARDWARE,
            "A piece written into a sector has another commitment than the deal names: the piece's file changed after"
                    + " it was accepted. The sector was not sealed."),
    PIECE_DOES_NOT_FIT(
            ErrorKind.OPERATOR, "A deal's piece is larger than a sector of this miner, so it cannot be sealed."),
    COMMD_DIFFERS(
            ErrorKind.BUG,
            "The proofs library computed another data commitment for the sector than its pieces give. Nothing was"
                    + " sent. Please report it with the log."),
    PROOF_INVALID(
            ErrorKind.HARDWARE,
            "A proof made here did not verify here, several times. It was not sent. Suspect memory, GPU or driver of"
                    + " the proving machine; the sector waits for `adit sectors retry`."),
    PRECOMMIT_FAILED(
            ErrorKind.CHAIN,
            "The chain executed PreCommitSectorBatch2 with an error code. No deposit is lost. The message names the"
                    + " code; retry after its cause is removed."),
    PRECOMMIT_EXPIRED(
            ErrorKind.CHAIN,
            "The sector was pre-committed, but not proven in time; the deposit is burnt and the number cannot be"
                    + " used again. Its deals have to be put into another sector."),
    COMMIT_FAILED(
            ErrorKind.CHAIN,
            "The chain executed ProveCommitSectors3 with an error code, or it did not activate the sector. The message"
                    + " names the code; retry after its cause is removed."),
    DEALS_EXPIRED(
            ErrorKind.CHAIN,
            "A deal's start epoch passed before its sector was proven. The deal cannot be activated any more."),
    DEAL_TOO_LONG(
            ErrorKind.CHAIN,
            "A deal ends later than a sector may live that is pre-committed now, so the sector could not activate it."
                    + " Nothing was sent. Retry the sector from the epoch that the message names, if that is well before"
                    + " the deal's start; else the deal is lost. Accept shorter deals (market settings)."),
    STEP_FAILED(
            ErrorKind.BUG, "A step of a sector failed in a way nobody foresaw. Please report it with the log's trace."),
    SECTOR_UNKNOWN(ErrorKind.OPERATOR, "This miner has no sector with that number."),
    SECTOR_STATE(ErrorKind.OPERATOR, "The sector is not in a state in which this can be done."),
    POST_FAILED(
            ErrorKind.HARDWARE,
            "The WindowPoSt of a partition could not be made or did not verify here. It is tried again until its"
                    + " deadline closes; after that the partition is faulty and has to be recovered."),
    POST_REFUSED(
            ErrorKind.CHAIN,
            "The chain executed SubmitWindowedPoSt with an error code; it is made anew while the deadline is open."),
    PROVING_BUSY(
            ErrorKind.OPERATOR,
            "A real window proof is being made; what was asked would have kept it waiting. Ask again when it is done"
                    + " (`adit proving deadlines`)."),
    PARTITIONS_DOUBTED(
            ErrorKind.CHAIN,
            "The full node's answer lacks sectors that the chain had in a deadline before, so it is not taken for nothing to"
                    + " prove: what is there is proven, and the node is asked again. Check the full node (`adit proving info`"
                    + " shows the alarm), or name a second one in chain.nodes. It is believed after several heads, if the"
                    + " node does not contradict itself: compacting partitions takes sectors away."),
    DEADLINE_UNKNOWN(ErrorKind.OPERATOR, "The miner has no deadline with that number, or it had no challenge yet."),
    SECTOR_UNREADABLE(
            ErrorKind.HARDWARE,
            "A sector's sealed file or cache cannot be read, or has the wrong size. It is skipped in WindowPoSt and"
                    + " costs a fault fee until it is readable and declared recovered.");

    private final ErrorKind kind;
    private final String explanation;

    SealingError(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
