package io.adit.chain.node.json;

import static io.adit.chain.node.json.ChainJson.BEACON_ENTRY;
import static io.adit.chain.node.json.ChainJson.ELECTION_PROOF;
import static io.adit.chain.node.json.ChainJson.POST;
import static io.adit.chain.node.json.ChainJson.SIGNED_MESSAGE;
import static io.adit.chain.node.json.ChainJson.TICKET;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.mapped;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.ACTOR_ID;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.SEAL_PROOF;
import static io.adit.chain.node.json.LotusJson.SECTOR_NUMBER;
import static io.adit.chain.node.json.LotusJson.SECTOR_SIZE;
import static io.adit.chain.node.json.LotusJson.TEXT;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.UINT64;

import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.F3Manifest;
import io.adit.chain.node.F3ParticipationLease;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.node.MiningBaseInfo.ChallengedSector;

/** Shapes of block production and of F3 participation. */
public final class BlockJson {

    private BlockJson() {}

    /** What a block is made of. */
    public static final JsonType<BlockTemplate> BLOCK_TEMPLATE = object(
            "block template",
            in -> new BlockTemplate(
                    in.get("Miner", ADDRESS),
                    in.get("Parents", TIP_SET_KEY),
                    in.get("Ticket", TICKET),
                    in.get("Eproof", ELECTION_PROOF),
                    in.get("BeaconValues", listOrNull(BEACON_ENTRY)),
                    in.get("Messages", listOrNull(SIGNED_MESSAGE)),
                    in.get("Epoch", EPOCH),
                    in.get("Timestamp", UINT64),
                    in.get("WinningPoStProof", listOrNull(POST))),
            (out, value) -> out.put("Miner", ADDRESS, value.miner())
                    .put("Parents", TIP_SET_KEY, value.parents())
                    .put("Ticket", TICKET, value.ticket())
                    .put("Eproof", ELECTION_PROOF, value.electionProof())
                    .put("BeaconValues", listOrNull(BEACON_ENTRY), value.beaconEntries())
                    .put("Messages", listOrNull(SIGNED_MESSAGE), value.messages())
                    .put("Epoch", EPOCH, value.epoch())
                    .put("Timestamp", UINT64, value.timestamp())
                    .put("WinningPoStProof", listOrNull(POST), value.winningPoStProof()));

    private static final JsonType<ChallengedSector> CHALLENGED_SECTOR = object(
            "challenged sector",
            in -> new ChallengedSector(
                    in.get("SealProof", SEAL_PROOF),
                    in.get("SectorNumber", SECTOR_NUMBER),
                    in.find("SectorKey", CID),
                    in.get("SealedCID", CID)),
            (out, value) -> out.put("SealProof", SEAL_PROOF, value.sealProof())
                    .put("SectorNumber", SECTOR_NUMBER, value.sector())
                    .put("SectorKey", CID, value.sectorKey())
                    .put("SealedCID", CID, value.sealedCid()));

    /** What a miner needs to know to try for a block. */
    public static final JsonType<MiningBaseInfo> MINING_BASE_INFO = object(
            "mining base info",
            in -> new MiningBaseInfo(
                    in.get("MinerPower", BIG_INTEGER),
                    in.get("NetworkPower", BIG_INTEGER),
                    in.get("Sectors", listOrNull(CHALLENGED_SECTOR)),
                    in.get("WorkerKey", ADDRESS),
                    in.get("SectorSize", SECTOR_SIZE),
                    in.get("PrevBeaconEntry", BEACON_ENTRY),
                    in.get("BeaconEntries", listOrNull(BEACON_ENTRY)),
                    in.get("EligibleForMining", BOOL)),
            (out, value) -> out.put("MinerPower", BIG_INTEGER, value.minerPower())
                    .put("NetworkPower", BIG_INTEGER, value.networkPower())
                    .put("Sectors", listOrNull(CHALLENGED_SECTOR), value.sectors())
                    .put("WorkerKey", ADDRESS, value.workerKey())
                    .put("SectorSize", SECTOR_SIZE, value.sectorSize())
                    .put("PrevBeaconEntry", BEACON_ENTRY, value.previousBeaconEntry())
                    .put("BeaconEntries", listOrNull(BEACON_ENTRY), value.beaconEntries())
                    .put("EligibleForMining", BOOL, value.eligibleForMining()));

    /** The settings of F3, as they are. */
    public static final JsonType<F3Manifest> F3_MANIFEST =
            mapped("F3 manifest", JsonTypes.TREE, F3Manifest::fields, F3Manifest::new);

    /** F3 instances a node signs for a miner. */
    public static final JsonType<F3ParticipationLease> F3_LEASE = object(
            "F3 participation lease",
            in -> new F3ParticipationLease(
                    in.get("Network", TEXT),
                    in.get("Issuer", TEXT),
                    in.get("MinerID", ACTOR_ID),
                    in.get("FromInstance", UINT64),
                    in.get("ValidityTerm", UINT64)),
            (out, value) -> out.put("Network", TEXT, value.network())
                    .put("Issuer", TEXT, value.issuer())
                    .put("MinerID", ACTOR_ID, value.miner())
                    .put("FromInstance", UINT64, value.fromInstance())
                    .put("ValidityTerm", UINT64, value.validityTerm()));
}
