package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.DEAL_IDS;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.SECTOR_NUMBER;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import java.util.List;

/** Shapes of sectors on chain. */
public final class SectorJson {

    private SectorJson() {}

    /** A proven sector. The deprecated deal IDs are not in Lotus's JSON and are read as none. */
    public static final JsonType<SectorOnChainInfo> SECTOR =
            object("sector", SectorJson::readSector, SectorJson::writeSector);

    /** The promise to prove a sector. */
    public static final JsonType<SectorPreCommitInfo> PRE_COMMIT = object(
            "pre-commit",
            in -> new SectorPreCommitInfo(
                    in.get("SealProof", INT64),
                    in.get("SectorNumber", SECTOR_NUMBER),
                    in.get("SealedCID", CID),
                    in.get("SealRandEpoch", EPOCH),
                    in.get("DealIDs", DEAL_IDS),
                    in.get("Expiration", EPOCH),
                    in.find("UnsealedCid", CID)),
            (out, value) -> out.put("SealProof", INT64, value.sealProof())
                    .put("SectorNumber", SECTOR_NUMBER, value.sectorNumber())
                    .put("SealedCID", CID, value.sealedCid())
                    .put("SealRandEpoch", EPOCH, value.sealRandEpoch())
                    .put("DealIDs", DEAL_IDS, value.dealIds())
                    .put("Expiration", EPOCH, value.expiration())
                    .put("UnsealedCid", CID, value.unsealedCid()));

    /** A pre-committed sector. */
    public static final JsonType<SectorPreCommitOnChainInfo> PRE_COMMIT_ON_CHAIN = object(
            "pre-committed sector",
            in -> new SectorPreCommitOnChainInfo(
                    in.get("Info", PRE_COMMIT),
                    in.get("PreCommitDeposit", TOKEN_AMOUNT),
                    in.get("PreCommitEpoch", EPOCH)),
            (out, value) -> out.put("Info", PRE_COMMIT, value.info())
                    .put("PreCommitDeposit", TOKEN_AMOUNT, value.preCommitDeposit())
                    .put("PreCommitEpoch", EPOCH, value.preCommitEpoch()));

    private static SectorOnChainInfo readSector(ObjectReader in) {
        return new SectorOnChainInfo(
                in.get("SectorNumber", SECTOR_NUMBER),
                in.get("SealProof", INT64),
                in.get("SealedCID", CID),
                List.of(),
                in.get("Activation", EPOCH),
                in.get("Expiration", EPOCH),
                in.get("DealWeight", BIG_INTEGER),
                in.get("VerifiedDealWeight", BIG_INTEGER),
                in.get("InitialPledge", TOKEN_AMOUNT),
                in.find("ExpectedDayReward", TOKEN_AMOUNT),
                in.find("ExpectedStoragePledge", TOKEN_AMOUNT),
                in.get("PowerBaseEpoch", EPOCH),
                in.find("ReplacedDayReward", TOKEN_AMOUNT),
                in.find("SectorKeyCID", CID),
                in.get("Flags", INT64),
                in.get("DailyFee", TOKEN_AMOUNT));
    }

    private static void writeSector(ObjectWriter out, SectorOnChainInfo value) {
        out.put("SectorNumber", SECTOR_NUMBER, value.sectorNumber())
                .put("SealProof", INT64, value.sealProof())
                .put("SealedCID", CID, value.sealedCid())
                .put("Activation", EPOCH, value.activation())
                .put("Expiration", EPOCH, value.expiration())
                .put("DealWeight", BIG_INTEGER, value.dealWeight())
                .put("VerifiedDealWeight", BIG_INTEGER, value.verifiedDealWeight())
                .put("InitialPledge", TOKEN_AMOUNT, value.initialPledge())
                .put("ExpectedDayReward", TOKEN_AMOUNT, value.expectedDayReward())
                .put("ExpectedStoragePledge", TOKEN_AMOUNT, value.expectedStoragePledge())
                .put("PowerBaseEpoch", EPOCH, value.powerBaseEpoch())
                .put("ReplacedDayReward", TOKEN_AMOUNT, value.replacedDayReward())
                .put("SectorKeyCID", CID, value.sectorKeyCid())
                .put("Flags", INT64, value.flags())
                .put("DailyFee", TOKEN_AMOUNT, value.dailyFee());
    }
}
