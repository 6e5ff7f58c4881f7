package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.ADDRESS_OR_EMPTY;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.BIT_FIELD;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.EPOCH_OR_MINUS_ONE;
import static io.adit.chain.node.json.LotusJson.EPOCH_OR_ZERO;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.POST_PROOF;
import static io.adit.chain.node.json.LotusJson.SECTOR_SIZE;
import static io.adit.chain.node.json.LotusJson.TEXT;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.PendingBeneficiaryChange;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.MinerPower;
import io.adit.chain.node.MinerPower.Claim;
import io.adit.chain.node.MinerSectorCount;
import io.adit.chain.node.Partition;
import io.adit.chain.node.SectorExpiration;
import io.adit.chain.node.SectorLocation;
import io.adit.chain.type.DeadlineInfo;

/** Shapes of a miner actor's settings, deadlines and power. */
public final class MinerJson {

    private MinerJson() {}

    /** A deadline in time. */
    public static final JsonType<DeadlineInfo> DEADLINE_INFO =
            object("deadline info", MinerJson::readDeadlineInfo, MinerJson::writeDeadlineInfo);

    /** A deadline's books. */
    public static final JsonType<Deadline> DEADLINE = object(
            "deadline",
            in -> new Deadline(
                    in.get("PostSubmissions", BIT_FIELD),
                    in.get("DisputableProofCount", UINT64),
                    in.get("DailyFee", TOKEN_AMOUNT)),
            (out, value) -> out.put("PostSubmissions", BIT_FIELD, value.postSubmissions())
                    .put("DisputableProofCount", UINT64, value.disputableProofCount())
                    .put("DailyFee", TOKEN_AMOUNT, value.dailyFee()));

    /** A partition's sectors. */
    public static final JsonType<Partition> PARTITION = object(
            "partition",
            in -> new Partition(
                    in.get("AllSectors", BIT_FIELD),
                    in.get("FaultySectors", BIT_FIELD),
                    in.get("RecoveringSectors", BIT_FIELD),
                    in.get("LiveSectors", BIT_FIELD),
                    in.get("ActiveSectors", BIT_FIELD)),
            (out, value) -> out.put("AllSectors", BIT_FIELD, value.allSectors())
                    .put("FaultySectors", BIT_FIELD, value.faultySectors())
                    .put("RecoveringSectors", BIT_FIELD, value.recoveringSectors())
                    .put("LiveSectors", BIT_FIELD, value.liveSectors())
                    .put("ActiveSectors", BIT_FIELD, value.activeSectors()));

    private static final JsonType<BeneficiaryTerm> BENEFICIARY_TERM = object(
            "beneficiary term",
            in -> new BeneficiaryTerm(
                    in.get("Quota", TOKEN_AMOUNT), in.get("UsedQuota", TOKEN_AMOUNT), in.get("Expiration", EPOCH)),
            (out, value) -> out.put("Quota", TOKEN_AMOUNT, value.quota())
                    .put("UsedQuota", TOKEN_AMOUNT, value.usedQuota())
                    .put("Expiration", EPOCH, value.expiration()));

    private static final JsonType<PendingBeneficiaryChange> PENDING_BENEFICIARY = object(
            "pending beneficiary change",
            in -> new PendingBeneficiaryChange(
                    in.get("NewBeneficiary", ADDRESS),
                    in.get("NewQuota", TOKEN_AMOUNT),
                    in.get("NewExpiration", EPOCH),
                    in.get("ApprovedByBeneficiary", BOOL),
                    in.get("ApprovedByNominee", BOOL)),
            (out, value) -> out.put("NewBeneficiary", ADDRESS, value.newBeneficiary())
                    .put("NewQuota", TOKEN_AMOUNT, value.newQuota())
                    .put("NewExpiration", EPOCH, value.newExpiration())
                    .put("ApprovedByBeneficiary", BOOL, value.approvedByBeneficiary())
                    .put("ApprovedByNominee", BOOL, value.approvedByNominee()));

    /** A miner's settings. */
    public static final JsonType<MinerInfo> MINER_INFO =
            object("miner info", MinerJson::readMinerInfo, MinerJson::writeMinerInfo);

    private static final JsonType<Claim> CLAIM = object(
            "power claim",
            in -> new Claim(in.get("RawBytePower", BIG_INTEGER), in.get("QualityAdjPower", BIG_INTEGER)),
            (out, value) -> out.put("RawBytePower", BIG_INTEGER, value.rawBytePower())
                    .put("QualityAdjPower", BIG_INTEGER, value.qualityAdjustedPower()));

    /** Power of a miner and of the network. */
    public static final JsonType<MinerPower> MINER_POWER = object(
            "miner power",
            in -> new MinerPower(in.get("MinerPower", CLAIM), in.get("TotalPower", CLAIM), in.get("HasMinPower", BOOL)),
            (out, value) -> out.put("MinerPower", CLAIM, value.minerPower())
                    .put("TotalPower", CLAIM, value.totalPower())
                    .put("HasMinPower", BOOL, value.hasMinPower()));

    /** How many sectors a miner has. */
    public static final JsonType<MinerSectorCount> SECTOR_COUNT = object(
            "sector count",
            in -> new MinerSectorCount(in.get("Live", UINT64), in.get("Active", UINT64), in.get("Faulty", UINT64)),
            (out, value) -> out.put("Live", UINT64, value.live())
                    .put("Active", UINT64, value.active())
                    .put("Faulty", UINT64, value.faulty()));

    /** Where a sector is proven. */
    public static final JsonType<SectorLocation> SECTOR_LOCATION = object(
            "sector location",
            in -> new SectorLocation(in.get("Deadline", UINT64), in.get("Partition", UINT64)),
            (out, value) -> out.put("Deadline", UINT64, value.deadline()).put("Partition", UINT64, value.partition()));

    /** When a sector ends. */
    public static final JsonType<SectorExpiration> SECTOR_EXPIRATION = object(
            "sector expiration",
            in -> new SectorExpiration(in.get("OnTime", EPOCH), in.get("Early", EPOCH_OR_ZERO)),
            (out, value) -> out.put("OnTime", EPOCH, value.onTime()).put("Early", EPOCH_OR_ZERO, value.early()));

    private static DeadlineInfo readDeadlineInfo(ObjectReader in) {
        return new DeadlineInfo(
                in.get("CurrentEpoch", EPOCH),
                in.get("PeriodStart", EPOCH),
                in.get("Index", UINT64),
                in.get("Open", EPOCH),
                in.get("Close", EPOCH),
                in.get("Challenge", EPOCH),
                in.get("FaultCutoff", EPOCH),
                in.get("WPoStPeriodDeadlines", UINT64),
                in.get("WPoStProvingPeriod", INT64),
                in.get("WPoStChallengeWindow", INT64),
                in.get("WPoStChallengeLookback", INT64),
                in.get("FaultDeclarationCutoff", INT64));
    }

    private static void writeDeadlineInfo(ObjectWriter out, DeadlineInfo value) {
        out.put("CurrentEpoch", EPOCH, value.currentEpoch())
                .put("PeriodStart", EPOCH, value.periodStart())
                .put("Index", UINT64, value.index())
                .put("Open", EPOCH, value.open())
                .put("Close", EPOCH, value.close())
                .put("Challenge", EPOCH, value.challenge())
                .put("FaultCutoff", EPOCH, value.faultCutoff())
                .put("WPoStPeriodDeadlines", UINT64, value.wPoStPeriodDeadlines())
                .put("WPoStProvingPeriod", INT64, value.wPoStProvingPeriod())
                .put("WPoStChallengeWindow", INT64, value.wPoStChallengeWindow())
                .put("WPoStChallengeLookback", INT64, value.wPoStChallengeLookback())
                .put("FaultDeclarationCutoff", INT64, value.faultDeclarationCutoff());
    }

    private static MinerInfo readMinerInfo(ObjectReader in) {
        return new MinerInfo(
                in.get("Owner", ADDRESS),
                in.get("Worker", ADDRESS),
                in.get("NewWorker", ADDRESS_OR_EMPTY),
                in.get("ControlAddresses", listOrNull(ADDRESS)),
                in.get("WorkerChangeEpoch", EPOCH_OR_MINUS_ONE),
                in.find("PeerId", TEXT),
                in.get("Multiaddrs", listOrNull(BYTES)),
                in.get("WindowPoStProofType", POST_PROOF),
                in.get("SectorSize", SECTOR_SIZE),
                in.get("WindowPoStPartitionSectors", UINT64),
                in.get("ConsensusFaultElapsed", EPOCH),
                in.find("PendingOwnerAddress", ADDRESS),
                in.get("Beneficiary", ADDRESS),
                in.get("BeneficiaryTerm", BENEFICIARY_TERM),
                in.find("PendingBeneficiaryTerm", PENDING_BENEFICIARY));
    }

    private static void writeMinerInfo(ObjectWriter out, MinerInfo value) {
        out.put("Owner", ADDRESS, value.owner())
                .put("Worker", ADDRESS, value.worker())
                .put("NewWorker", ADDRESS_OR_EMPTY, value.newWorker())
                .put("ControlAddresses", listOrNull(ADDRESS), value.controlAddresses())
                .put("WorkerChangeEpoch", EPOCH_OR_MINUS_ONE, value.workerChangeEpoch())
                .put("PeerId", TEXT, value.peerId())
                .put("Multiaddrs", listOrNull(BYTES), value.multiaddrs())
                .put("WindowPoStProofType", POST_PROOF, value.windowPoStProof())
                .put("SectorSize", SECTOR_SIZE, value.sectorSize())
                .put("WindowPoStPartitionSectors", UINT64, value.windowPoStPartitionSectors())
                .put("ConsensusFaultElapsed", EPOCH, value.consensusFaultElapsed())
                .put("PendingOwnerAddress", ADDRESS, value.pendingOwner())
                .put("Beneficiary", ADDRESS, value.beneficiary())
                .put("BeneficiaryTerm", BENEFICIARY_TERM, value.beneficiaryTerm())
                .put("PendingBeneficiaryTerm", PENDING_BENEFICIARY, value.pendingBeneficiary());
    }
}
