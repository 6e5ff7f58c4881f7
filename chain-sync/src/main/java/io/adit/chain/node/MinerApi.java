package io.adit.chain.node;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Optional;

/**
 * State of a miner actor (Lotus {@code StateMiner*}, {@code StateSector*}). An address that is not a miner's is a {@link
 * RpcErrorCode#CALL_FAILED}.
 */
public interface MinerApi {

    /** Lotus {@code StateMinerInfo}. */
    MinerInfo stateMinerInfo(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerProvingDeadline}: the deadline open at that tipset. */
    DeadlineInfo stateMinerProvingDeadline(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerDeadlines}: all deadlines in order. */
    List<Deadline> stateMinerDeadlines(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerPartitions}: the partitions of one deadline; none where it has no sectors. */
    List<Partition> stateMinerPartitions(Address miner, long deadline, TipSetKey key);

    /** Lotus {@code StateMinerSectors}: the sectors in the bit field, or all of them. Large for large miners. */
    List<SectorOnChainInfo> stateMinerSectors(Address miner, Optional<BitField> sectors, TipSetKey key);

    /** Lotus {@code StateMinerActiveSectors}: proven and not faulty. Large for large miners. */
    List<SectorOnChainInfo> stateMinerActiveSectors(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerSectorCount}. */
    MinerSectorCount stateMinerSectorCount(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerPower}. */
    MinerPower stateMinerPower(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerFaults}: faulty sectors of all deadlines. */
    BitField stateMinerFaults(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerRecoveries}: declared recovered, not proven yet. */
    BitField stateMinerRecoveries(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerAvailableBalance}: what may be withdrawn or pledged, attoFIL. */
    TokenAmount stateMinerAvailableBalance(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerAllocated}: all sector numbers ever used. */
    BitField stateMinerAllocated(Address miner, TipSetKey key);

    /** Lotus {@code StateMinerSectorAllocated}: whether a sector number was ever used. */
    boolean stateMinerSectorAllocated(Address miner, SectorNumber sector, TipSetKey key);

    /** Lotus {@code StateSectorGetInfo}; empty for a sector that is not proven, or not there any more. */
    Optional<SectorOnChainInfo> stateSectorGetInfo(Address miner, SectorNumber sector, TipSetKey key);

    /** Lotus {@code StateSectorPreCommitInfo}; empty for a sector that is not pre-committed, or already proven. */
    Optional<SectorPreCommitOnChainInfo> stateSectorPreCommitInfo(Address miner, SectorNumber sector, TipSetKey key);

    /** Lotus {@code StateSectorPartition}; a sector in no deadline is a {@link RpcErrorCode#CALL_FAILED}. */
    SectorLocation stateSectorPartition(Address miner, SectorNumber sector, TipSetKey key);

    /** Lotus {@code StateSectorExpiration}; a sector that is not live is a {@link RpcErrorCode#CALL_FAILED}. */
    SectorExpiration stateSectorExpiration(Address miner, SectorNumber sector, TipSetKey key);

    /** Lotus {@code StateMinerPreCommitDepositForPower}: the value a pre-commit message must carry, attoFIL. */
    TokenAmount stateMinerPreCommitDepositForPower(Address miner, SectorPreCommitInfo sector, TipSetKey key);

    /**
     * Lotus {@code StateMinerInitialPledgeForSector}: the pledge of a new sector, attoFIL, the node's own margin
     * included.
     *
     * @param duration epochs from now to the sector's expiration
     * @param verifiedSize bytes of verified pieces; history since network version 29
     */
    TokenAmount stateMinerInitialPledgeForSector(long duration, SectorSize size, long verifiedSize, TipSetKey key);

    /** Lotus {@code StateMinerCreationDeposit}: what CreateMiner must carry (FIP-0077), attoFIL. */
    TokenAmount stateMinerCreationDeposit(TipSetKey key);
}
