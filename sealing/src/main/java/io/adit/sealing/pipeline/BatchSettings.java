package io.adit.sealing.pipeline;

import io.adit.core.error.InvalidValueException;
import java.time.Duration;

/**
 * What the operator decides about messages that speak of several sectors at once. A sector waits for others only while
 * one is really about to be ready, so these waits cost a lone sector nothing.
 *
 * @param preCommitWait how long a sector at most waits with its pre-commit for others that are in PC2
 * @param mostPreCommits most sectors in one PreCommitSectorBatch2; lotus-miner's {@code MaxPreCommitBatch} is 256
 * @param commitWait how long a proven sector at most waits for others that are being proven
 * @param mostCommits most sectors in one ProveCommitSectors3; 64 KiB of message hold some 30 proofs of 32 GiB sectors
 * @param slack nothing waits any more when a sector's message is due within so many epochs, lotus-miner's {@code
 *     CommitBatchSlack} and {@code PreCommitBatchSlack}
 */
public record BatchSettings(
        Duration preCommitWait, int mostPreCommits, Duration commitWait, int mostCommits, long slack) {

    /** {@code PRE_COMMIT_SECTOR_BATCH_MAX_SIZE} of earlier actors, which Lotus still keeps to. */
    private static final int MOST_PRE_COMMITS = 256;

    /** {@code MAX_AGGREGATED_SECTORS}; the size of the message allows fewer. */
    private static final int MOST_COMMITS = 819;

    /** Bounds that the chain sets. */
    public BatchSettings {
        requireWithin("sectors in one pre-commit", mostPreCommits, MOST_PRE_COMMITS);
        requireWithin("sectors in one prove-commit", mostCommits, MOST_COMMITS);
        if (preCommitWait.isNegative() || commitWait.isNegative() || slack < 0) {
            throw new InvalidValueException("waiting for a batch", "negative", "at least 0");
        }
    }

    private static void requireWithin(String what, int given, int most) {
        if (given < 1 || given > most) {
            throw new InvalidValueException(what, given, "1 to " + most);
        }
    }

    /** An hour for both, Curio's time for commits, and three hours of slack, lotus-miner's for pre-commits. */
    public static BatchSettings defaults() {
        return new BatchSettings(Duration.ofHours(1), 64, Duration.ofHours(1), 24, 360);
    }

    /** What is ready at the same moment goes together; nothing waits. */
    public static BatchSettings devnet() {
        return new BatchSettings(Duration.ZERO, 64, Duration.ZERO, 24, 360);
    }
}
