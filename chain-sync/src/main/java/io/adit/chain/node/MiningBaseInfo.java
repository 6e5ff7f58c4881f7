package io.adit.chain.node;

import io.adit.chain.type.BeaconEntry;
import io.adit.core.fil.Address;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What a miner needs to know to try for a block (Lotus {@code api.MiningBaseInfo}).
 *
 * @param minerPower quality-adjusted bytes
 * @param networkPower quality-adjusted bytes
 * @param sectors the sectors to be proven in this epoch's WinningPoSt
 * @param workerKey key address
 * @param previousBeaconEntry the newest entry at or before the base
 * @param beaconEntries the new ones the block must carry
 */
public record MiningBaseInfo(
        BigInteger minerPower,
        BigInteger networkPower,
        List<ChallengedSector> sectors,
        Address workerKey,
        SectorSize sectorSize,
        BeaconEntry previousBeaconEntry,
        List<BeaconEntry> beaconEntries,
        boolean eligibleForMining) {

    public MiningBaseInfo {
        sectors = List.copyOf(sectors);
        beaconEntries = List.copyOf(beaconEntries);
    }

    /**
     * A sector challenged by WinningPoSt.
     *
     * @param sectorKey the CommR before a snap upgrade, where there was one
     */
    public record ChallengedSector(
            RegisteredSealProof sealProof, SectorNumber sector, Optional<Cid> sectorKey, Cid sealedCid) {}
}
