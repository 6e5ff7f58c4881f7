package io.adit.sealing.proving;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the operator decides about WindowPoSt.
 *
 * @param miner whose sectors are proven
 * @param worker the key address that signs and pays
 * @param sectorSize the size of the miner's sectors
 * @param challengeConfidence epochs that must lie on the challenge epoch before proving starts
 * @param submitConfidence epochs that must lie on the opening epoch before the proof is sent
 * @param messageConfidence epochs that must lie on the message before the partition counts as proven
 * @param parallelProofs partitions proven at the same time
 * @param parallelChecks sectors of one storage path whose files are looked at at the same time
 * @param checkTimeout how long one sector's files may take to answer before it counts as unreadable
 * @param maxFee attoFIL, the most a SubmitWindowedPoSt may cost
 * @param maxDeclarationFee attoFIL, the most a declaration of faults or recoveries may cost
 * @param declareFaults whether unreadable sectors are declared faulty ahead of their deadline, or only skipped in it
 * @param poll how often to look when no head comes
 * @param readBudget how long all of a partition's sectors may take to be read, at most; what was not read by then is skipped
 * @param maxPartitionsPerDeclaration most partitions in one declaration of faults or recoveries, at most 3,000
 * @param maxSectorsPerDeclaration most sectors in one declaration of faults or recoveries, at most 25,000
 * @param partitionsPerMessage partitions proven by one message with one proof, 1 to 3; several cost less gas, but wait for
 *     each other
 * @param gasPerMessage most gas that a message over several partitions may have as its limit; one over a single partition has what
 *     it needs
 * @param epochTime how long an epoch of this chain takes
 * @param proofLimit a window proof that has taken so long is begun anew, at the latest
 * @param scratch a directory for what challenges open, some 200 KiB for each 32 GiB sector of a partition; empty: one
 *     among the system's temporary files
 */
@RecordBuilder
public record ProvingSettings(
        ActorId miner,
        Address worker,
        SectorSize sectorSize,
        int challengeConfidence,
        int submitConfidence,
        int messageConfidence,
        int parallelProofs,
        int parallelChecks,
        Duration checkTimeout,
        TokenAmount maxFee,
        TokenAmount maxDeclarationFee,
        boolean declareFaults,
        Duration poll,
        Duration readBudget,
        int maxPartitionsPerDeclaration,
        int maxSectorsPerDeclaration,
        int partitionsPerMessage,
        long gasPerMessage,
        Duration epochTime,
        Duration proofLimit,
        Optional<Path> scratch)
        implements ProvingSettingsBuilder.With {

    /** Lotus {@code BlockGasLimit}: a message with a greater limit is in no block. */
    private static final long BLOCK_GAS_LIMIT = 10_000_000_000L;

    /** A quarter of a block, so that a full block still has room for it soon. */
    private static final long USUAL_GAS = BLOCK_GAS_LIMIT / 4;

    private static final Duration LEAST_LIMIT = Duration.ofMinutes(1);

    /** Counts must make sense. */
    public ProvingSettings {
        if (parallelProofs < 1 || parallelChecks < 1) {
            throw new InvalidValueException(
                    "parallel proofs and checks", parallelProofs + ", " + parallelChecks, "at least 1");
        }
        if (partitionsPerMessage < 1 || partitionsPerMessage > PartitionBatch.MOST_PARTITIONS) {
            throw new InvalidValueException(
                    "partitions in one window proof", partitionsPerMessage, "1 to " + PartitionBatch.MOST_PARTITIONS);
        }
        if (gasPerMessage < 1 || gasPerMessage > BLOCK_GAS_LIMIT) {
            throw new InvalidValueException("gas of one window proof", gasPerMessage, "1 to " + BLOCK_GAS_LIMIT);
        }
        requireLimit("partitions", maxPartitionsPerDeclaration, DeclarationBatches.MOST_PARTITIONS);
        requireLimit("sectors", maxSectorsPerDeclaration, DeclarationBatches.MOST_SECTORS);
        if (!epochTime.isPositive() || proofLimit.compareTo(LEAST_LIMIT) < 0) {
            throw new InvalidValueException(
                    "time of an epoch and limit of a window proof",
                    epochTime + ", " + proofLimit,
                    "more than nothing, and at least " + LEAST_LIMIT);
        }
        if (challengeConfidence < 0 || submitConfidence < 0 || messageConfidence < 0) {
            throw new InvalidValueException("confidence", "negative", "at least 0 epochs");
        }
    }

    private static void requireLimit(String what, int given, int most) {
        if (given < 1 || given > most) {
            throw new InvalidValueException(what + " in one declaration", given, "1 to " + most);
        }
    }

    /** lotus-miner's confidences (10 after the challenge, 4 after opening) and its 5 FIL fee limit. */
    public static ProvingSettings defaults(ActorId miner, Address worker, SectorSize size) {
        return new ProvingSettings(
                miner,
                worker,
                size,
                10,
                4,
                4,
                1,
                32,
                Duration.ofMinutes(1),
                TokenAmount.ofFil(5),
                TokenAmount.ofFil(1),
                true,
                Duration.ofSeconds(5),
                Duration.ofMinutes(8),
                DeclarationBatches.MOST_PARTITIONS,
                DeclarationBatches.MOST_SECTORS,
                1,
                USUAL_GAS,
                Duration.ofSeconds(30),
                Duration.ofMinutes(15),
                Optional.empty());
    }

    /** For a development chain with windows of a few seconds: no confidence, every epoch counts. */
    public static ProvingSettings devnet(ActorId miner, Address worker, SectorSize size) {
        return defaults(miner, worker, size)
                .withChallengeConfidence(0)
                .withSubmitConfidence(0)
                .withMessageConfidence(0)
                .withCheckTimeout(Duration.ofSeconds(10))
                .withReadBudget(Duration.ofSeconds(30))
                .withEpochTime(Duration.ofSeconds(1))
                .withPoll(Duration.ofMillis(100));
    }
}
