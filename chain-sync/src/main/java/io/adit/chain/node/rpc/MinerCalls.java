package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BIT_FIELD;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.SECTOR_NUMBER;
import static io.adit.chain.node.json.LotusJson.SECTOR_SIZE;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;
import static io.adit.chain.node.json.MinerJson.DEADLINE;
import static io.adit.chain.node.json.MinerJson.DEADLINE_INFO;
import static io.adit.chain.node.json.MinerJson.MINER_INFO;
import static io.adit.chain.node.json.MinerJson.MINER_POWER;
import static io.adit.chain.node.json.MinerJson.PARTITION;
import static io.adit.chain.node.json.MinerJson.SECTOR_COUNT;
import static io.adit.chain.node.json.MinerJson.SECTOR_EXPIRATION;
import static io.adit.chain.node.json.MinerJson.SECTOR_LOCATION;
import static io.adit.chain.node.json.SectorJson.PRE_COMMIT;
import static io.adit.chain.node.json.SectorJson.PRE_COMMIT_ON_CHAIN;
import static io.adit.chain.node.json.SectorJson.SECTOR;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.MinerApi;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.MinerPower;
import io.adit.chain.node.MinerSectorCount;
import io.adit.chain.node.Partition;
import io.adit.chain.node.SectorExpiration;
import io.adit.chain.node.SectorLocation;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Optional;

/** State of a miner actor: the part of the catalogue, and the typed methods over it. */
interface MinerCalls extends MinerApi, RpcCaller {

    RpcMethod<MinerInfo> STATE_MINER_INFO = RpcMethod.method(
            "StateMinerInfo",
            2,
            MINER_INFO,
            (node, a) -> node.stateMinerInfo(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<DeadlineInfo> STATE_MINER_PROVING_DEADLINE = RpcMethod.method(
            "StateMinerProvingDeadline",
            2,
            DEADLINE_INFO,
            (node, a) -> node.stateMinerProvingDeadline(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<List<Deadline>> STATE_MINER_DEADLINES = RpcMethod.method(
            "StateMinerDeadlines",
            2,
            list(DEADLINE),
            (node, a) -> node.stateMinerDeadlines(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<List<Partition>> STATE_MINER_PARTITIONS = RpcMethod.method(
            "StateMinerPartitions",
            3,
            listOrNull(PARTITION),
            (node, a) -> node.stateMinerPartitions(a.get(0, ADDRESS), a.get(1, UINT64), a.get(2, TIP_SET_KEY)));

    RpcMethod<List<SectorOnChainInfo>> STATE_MINER_SECTORS = RpcMethod.<List<SectorOnChainInfo>>method(
                    "StateMinerSectors",
                    3,
                    list(SECTOR),
                    (node, a) -> node.stateMinerSectors(
                            a.get(0, ADDRESS), a.get(1, nullable(BIT_FIELD)), a.get(2, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<List<SectorOnChainInfo>> STATE_MINER_ACTIVE_SECTORS = RpcMethod.<List<SectorOnChainInfo>>method(
                    "StateMinerActiveSectors",
                    2,
                    list(SECTOR),
                    (node, a) -> node.stateMinerActiveSectors(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<MinerSectorCount> STATE_MINER_SECTOR_COUNT = RpcMethod.method(
            "StateMinerSectorCount",
            2,
            SECTOR_COUNT,
            (node, a) -> node.stateMinerSectorCount(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<MinerPower> STATE_MINER_POWER = RpcMethod.method(
            "StateMinerPower",
            2,
            MINER_POWER,
            (node, a) -> node.stateMinerPower(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<BitField> STATE_MINER_FAULTS = RpcMethod.method(
            "StateMinerFaults",
            2,
            BIT_FIELD,
            (node, a) -> node.stateMinerFaults(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<BitField> STATE_MINER_RECOVERIES = RpcMethod.method(
            "StateMinerRecoveries",
            2,
            BIT_FIELD,
            (node, a) -> node.stateMinerRecoveries(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<TokenAmount> STATE_MINER_AVAILABLE_BALANCE = RpcMethod.method(
            "StateMinerAvailableBalance",
            2,
            TOKEN_AMOUNT,
            (node, a) -> node.stateMinerAvailableBalance(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<BitField> STATE_MINER_ALLOCATED = RpcMethod.method(
            "StateMinerAllocated",
            2,
            BIT_FIELD,
            (node, a) -> node.stateMinerAllocated(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<Boolean> STATE_MINER_SECTOR_ALLOCATED = RpcMethod.method(
            "StateMinerSectorAllocated",
            3,
            BOOL,
            (node, a) ->
                    node.stateMinerSectorAllocated(a.get(0, ADDRESS), a.get(1, SECTOR_NUMBER), a.get(2, TIP_SET_KEY)));

    RpcMethod<Optional<SectorOnChainInfo>> STATE_SECTOR_GET_INFO = RpcMethod.method(
            "StateSectorGetInfo",
            3,
            nullable(SECTOR),
            (node, a) -> node.stateSectorGetInfo(a.get(0, ADDRESS), a.get(1, SECTOR_NUMBER), a.get(2, TIP_SET_KEY)));

    RpcMethod<Optional<SectorPreCommitOnChainInfo>> STATE_SECTOR_PRE_COMMIT_INFO = RpcMethod.method(
            "StateSectorPreCommitInfo",
            3,
            nullable(PRE_COMMIT_ON_CHAIN),
            (node, a) ->
                    node.stateSectorPreCommitInfo(a.get(0, ADDRESS), a.get(1, SECTOR_NUMBER), a.get(2, TIP_SET_KEY)));

    RpcMethod<SectorLocation> STATE_SECTOR_PARTITION = RpcMethod.method(
            "StateSectorPartition",
            3,
            SECTOR_LOCATION,
            (node, a) -> node.stateSectorPartition(a.get(0, ADDRESS), a.get(1, SECTOR_NUMBER), a.get(2, TIP_SET_KEY)));

    RpcMethod<SectorExpiration> STATE_SECTOR_EXPIRATION = RpcMethod.method(
            "StateSectorExpiration",
            3,
            SECTOR_EXPIRATION,
            (node, a) -> node.stateSectorExpiration(a.get(0, ADDRESS), a.get(1, SECTOR_NUMBER), a.get(2, TIP_SET_KEY)));

    RpcMethod<TokenAmount> STATE_MINER_PRE_COMMIT_DEPOSIT_FOR_POWER = RpcMethod.<TokenAmount>method(
                    "StateMinerPreCommitDepositForPower",
                    3,
                    TOKEN_AMOUNT,
                    (node, a) -> node.stateMinerPreCommitDepositForPower(
                            a.get(0, ADDRESS), a.get(1, PRE_COMMIT), a.get(2, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<TokenAmount> STATE_MINER_INITIAL_PLEDGE_FOR_SECTOR = RpcMethod.<TokenAmount>method(
                    "StateMinerInitialPledgeForSector",
                    4,
                    TOKEN_AMOUNT,
                    (node, a) -> node.stateMinerInitialPledgeForSector(
                            a.get(0, INT64), a.get(1, SECTOR_SIZE), a.get(2, UINT64), a.get(3, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<TokenAmount> STATE_MINER_CREATION_DEPOSIT = RpcMethod.<TokenAmount>method(
                    "StateMinerCreationDeposit",
                    1,
                    TOKEN_AMOUNT,
                    (node, a) -> node.stateMinerCreationDeposit(a.get(0, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    List<RpcMethod<?>> METHODS = List.of(
            STATE_MINER_INFO,
            STATE_MINER_PROVING_DEADLINE,
            STATE_MINER_DEADLINES,
            STATE_MINER_PARTITIONS,
            STATE_MINER_SECTORS,
            STATE_MINER_ACTIVE_SECTORS,
            STATE_MINER_SECTOR_COUNT,
            STATE_MINER_POWER,
            STATE_MINER_FAULTS,
            STATE_MINER_RECOVERIES,
            STATE_MINER_AVAILABLE_BALANCE,
            STATE_MINER_ALLOCATED,
            STATE_MINER_SECTOR_ALLOCATED,
            STATE_SECTOR_GET_INFO,
            STATE_SECTOR_PRE_COMMIT_INFO,
            STATE_SECTOR_PARTITION,
            STATE_SECTOR_EXPIRATION,
            STATE_MINER_PRE_COMMIT_DEPOSIT_FOR_POWER,
            STATE_MINER_INITIAL_PLEDGE_FOR_SECTOR,
            STATE_MINER_CREATION_DEPOSIT);

    @Override
    default MinerInfo stateMinerInfo(Address miner, TipSetKey key) {
        return call(STATE_MINER_INFO, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default DeadlineInfo stateMinerProvingDeadline(Address miner, TipSetKey key) {
        return call(STATE_MINER_PROVING_DEADLINE, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default List<Deadline> stateMinerDeadlines(Address miner, TipSetKey key) {
        return call(STATE_MINER_DEADLINES, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default List<Partition> stateMinerPartitions(Address miner, long deadline, TipSetKey key) {
        return call(STATE_MINER_PARTITIONS, arg(ADDRESS, miner), arg(UINT64, deadline), arg(TIP_SET_KEY, key));
    }

    @Override
    default List<SectorOnChainInfo> stateMinerSectors(Address miner, Optional<BitField> sectors, TipSetKey key) {
        return call(STATE_MINER_SECTORS, arg(ADDRESS, miner), arg(nullable(BIT_FIELD), sectors), arg(TIP_SET_KEY, key));
    }

    @Override
    default List<SectorOnChainInfo> stateMinerActiveSectors(Address miner, TipSetKey key) {
        return call(STATE_MINER_ACTIVE_SECTORS, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default MinerSectorCount stateMinerSectorCount(Address miner, TipSetKey key) {
        return call(STATE_MINER_SECTOR_COUNT, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default MinerPower stateMinerPower(Address miner, TipSetKey key) {
        return call(STATE_MINER_POWER, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default BitField stateMinerFaults(Address miner, TipSetKey key) {
        return call(STATE_MINER_FAULTS, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default BitField stateMinerRecoveries(Address miner, TipSetKey key) {
        return call(STATE_MINER_RECOVERIES, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default TokenAmount stateMinerAvailableBalance(Address miner, TipSetKey key) {
        return call(STATE_MINER_AVAILABLE_BALANCE, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default BitField stateMinerAllocated(Address miner, TipSetKey key) {
        return call(STATE_MINER_ALLOCATED, arg(ADDRESS, miner), arg(TIP_SET_KEY, key));
    }

    @Override
    default boolean stateMinerSectorAllocated(Address miner, SectorNumber sector, TipSetKey key) {
        return call(
                STATE_MINER_SECTOR_ALLOCATED, arg(ADDRESS, miner), arg(SECTOR_NUMBER, sector), arg(TIP_SET_KEY, key));
    }

    @Override
    default Optional<SectorOnChainInfo> stateSectorGetInfo(Address miner, SectorNumber sector, TipSetKey key) {
        return call(STATE_SECTOR_GET_INFO, arg(ADDRESS, miner), arg(SECTOR_NUMBER, sector), arg(TIP_SET_KEY, key));
    }

    @Override
    default Optional<SectorPreCommitOnChainInfo> stateSectorPreCommitInfo(
            Address miner, SectorNumber sector, TipSetKey key) {
        return call(
                STATE_SECTOR_PRE_COMMIT_INFO, arg(ADDRESS, miner), arg(SECTOR_NUMBER, sector), arg(TIP_SET_KEY, key));
    }

    @Override
    default SectorLocation stateSectorPartition(Address miner, SectorNumber sector, TipSetKey key) {
        return call(STATE_SECTOR_PARTITION, arg(ADDRESS, miner), arg(SECTOR_NUMBER, sector), arg(TIP_SET_KEY, key));
    }

    @Override
    default SectorExpiration stateSectorExpiration(Address miner, SectorNumber sector, TipSetKey key) {
        return call(STATE_SECTOR_EXPIRATION, arg(ADDRESS, miner), arg(SECTOR_NUMBER, sector), arg(TIP_SET_KEY, key));
    }

    @Override
    default TokenAmount stateMinerPreCommitDepositForPower(Address miner, SectorPreCommitInfo sector, TipSetKey key) {
        return call(
                STATE_MINER_PRE_COMMIT_DEPOSIT_FOR_POWER,
                arg(ADDRESS, miner),
                arg(PRE_COMMIT, sector),
                arg(TIP_SET_KEY, key));
    }

    @Override
    default TokenAmount stateMinerInitialPledgeForSector(
            long duration, SectorSize size, long verifiedSize, TipSetKey key) {
        return call(
                STATE_MINER_INITIAL_PLEDGE_FOR_SECTOR,
                arg(INT64, duration),
                arg(SECTOR_SIZE, size),
                arg(UINT64, verifiedSize),
                arg(TIP_SET_KEY, key));
    }

    @Override
    default TokenAmount stateMinerCreationDeposit(TipSetKey key) {
        return call(STATE_MINER_CREATION_DEPOSIT, arg(TIP_SET_KEY, key));
    }
}
