package io.adit.sealing.pipeline;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;

/**
 * What the operator decides about sealing.
 *
 * @param miner whose sectors these are
 * @param worker the key address that signs and pays pre-commits and commits
 * @param sealProof the kind of proof, and with it the sector size
 * @param waitDealsDelay how long an open sector waits for more deals before it is sealed with padding
 * @param dealStartSlack an open sector is sealed when a deal's start is this many epochs ahead or fewer
 * @param maxWaitDealsSectors sectors that may be open for deals at once
 * @param preCommitConfidence epochs that must lie on a pre-commit before it is believed
 * @param seedConfidence epochs that must lie on the seed's epoch before C1 starts
 * @param commitConfidence epochs that must lie on a prove-commit before layers and trees are deleted
 * @param proofAttempts how often C2 is made again when its proof does not verify
 * @param requireDealActivation whether a prove-commit fails when a deal cannot be activated, rather than losing the deal
 * @param maxPreCommitFee,maxCommitFee attoFIL, the most one message may cost, for each sector in it
 * @param capacityLifetime epochs that a sector without deals shall live; raised to the chain's least, cut to its most
 * @param headPoll how often waiting steps look at the chain when no head signal comes
 * @param trouble how long a step waits that found no room, no funds or no full node, when nothing wakes it before
 * @param batches how sectors share messages
 */
@RecordBuilder
public record SealingSettings(
        ActorId miner,
        Address worker,
        RegisteredSealProof sealProof,
        Duration waitDealsDelay,
        long dealStartSlack,
        int maxWaitDealsSectors,
        int preCommitConfidence,
        int seedConfidence,
        int commitConfidence,
        int proofAttempts,
        boolean requireDealActivation,
        TokenAmount maxPreCommitFee,
        TokenAmount maxCommitFee,
        long capacityLifetime,
        Duration headPoll,
        Duration trouble,
        BatchSettings batches)
        implements SealingSettingsBuilder.With {

    /** Counts must make sense. */
    public SealingSettings {
        if (proofAttempts < 1 || maxWaitDealsSectors < 1) {
            throw new InvalidValueException(
                    "proof attempts and open sectors", proofAttempts + ", " + maxWaitDealsSectors, "at least 1");
        }
        if (preCommitConfidence < 0 || seedConfidence < 0 || commitConfidence < 0 || dealStartSlack < 0) {
            throw new InvalidValueException("confidence or slack", "negative", "at least 0 epochs");
        }
    }

    /** lotus-miner's defaults where it has them (confidences 5 and 6, fees 0.025 and 0.05 FIL, waiting 6 h). */
    public static SealingSettings defaults(ActorId miner, Address worker, SectorSize size) {
        return new SealingSettings(
                miner,
                worker,
                RegisteredSealProof.interactive(size),
                Duration.ofHours(6),
                SectorPolicy.LIFETIME_MARGIN,
                2,
                5,
                6,
                5,
                3,
                true,
                TokenAmount.ofFil("0.025"),
                TokenAmount.ofFil("0.05"),
                3 * SectorPolicy.MIN_LIFETIME,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                BatchSettings.defaults());
    }

    /** For a development chain whose epochs pass in milliseconds: no waiting for deals, little confidence. */
    public static SealingSettings devnet(ActorId miner, Address worker, SectorSize size) {
        return defaults(miner, worker, size)
                .withWaitDealsDelay(Duration.ZERO)
                .withPreCommitConfidence(1)
                .withSeedConfidence(1)
                .withCommitConfidence(1)
                .withMaxPreCommitFee(TokenAmount.ofFil(1))
                .withMaxCommitFee(TokenAmount.ofFil(1))
                .withHeadPoll(Duration.ofMillis(250))
                .withBatches(BatchSettings.devnet());
    }

    /** The network-wide name of one of this miner's sectors. */
    public SectorId sector(SectorNumber number) {
        return new SectorId(miner, number);
    }

    /** The size of every sector sealed with these settings. */
    public SectorSize sectorSize() {
        return sealProof.sectorSize();
    }
}
