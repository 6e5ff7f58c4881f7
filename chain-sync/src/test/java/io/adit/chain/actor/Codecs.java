package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Which record reads the parameters and the return of which method. */
final class Codecs {
    private static final Map<ActorMethod, Function<byte[], CborRecord>> PARAMS = Map.ofEntries(
            Map.entry(MinerMethod.CHANGE_WORKER_ADDRESS, ChangeWorkerAddressParams::fromCbor),
            Map.entry(MinerMethod.CHANGE_PEER_ID, ChangePeerIdParams::fromCbor),
            Map.entry(MinerMethod.SUBMIT_WINDOWED_POST, SubmitWindowedPoStParams::fromCbor),
            Map.entry(MinerMethod.TERMINATE_SECTORS, TerminateSectorsParams::fromCbor),
            Map.entry(MinerMethod.DECLARE_FAULTS, DeclareFaultsParams::fromCbor),
            Map.entry(MinerMethod.DECLARE_FAULTS_RECOVERED, DeclareFaultsRecoveredParams::fromCbor),
            Map.entry(MinerMethod.WITHDRAW_BALANCE, WithdrawBalanceParams::fromCbor),
            Map.entry(MinerMethod.CHANGE_MULTIADDRS, ChangeMultiaddrsParams::fromCbor),
            Map.entry(MinerMethod.COMPACT_PARTITIONS, CompactPartitionsParams::fromCbor),
            Map.entry(MinerMethod.COMPACT_SECTOR_NUMBERS, CompactSectorNumbersParams::fromCbor),
            Map.entry(MinerMethod.CHANGE_OWNER_ADDRESS, ChangeOwnerAddressParams::fromCbor),
            Map.entry(MinerMethod.DISPUTE_WINDOWED_POST, DisputeWindowedPoStParams::fromCbor),
            Map.entry(MinerMethod.PRE_COMMIT_SECTOR_BATCH2, PreCommitSectorBatch2Params::fromCbor),
            Map.entry(MinerMethod.CHANGE_BENEFICIARY, ChangeBeneficiaryParams::fromCbor),
            Map.entry(MinerMethod.EXTEND_SECTOR_EXPIRATION2, ExtendSectorExpiration2Params::fromCbor),
            Map.entry(MinerMethod.PROVE_COMMIT_SECTORS3, ProveCommitSectors3Params::fromCbor),
            Map.entry(MinerMethod.PROVE_REPLICA_UPDATES3, ProveReplicaUpdates3Params::fromCbor),
            Map.entry(MinerMethod.PROVE_COMMIT_SECTORS_NI, ProveCommitSectorsNIParams::fromCbor),
            Map.entry(MarketMethod.ADD_BALANCE, AddBalanceParams::fromCbor),
            Map.entry(MarketMethod.WITHDRAW_BALANCE, MarketWithdrawBalanceParams::fromCbor),
            Map.entry(MarketMethod.PUBLISH_STORAGE_DEALS, PublishStorageDealsParams::fromCbor),
            Map.entry(MarketMethod.GET_BALANCE, AddBalanceParams::fromCbor),
            Map.entry(MarketMethod.SETTLE_DEAL_PAYMENTS, SettleDealPaymentsParams::fromCbor),
            Map.entry(PowerMethod.CREATE_MINER, CreateMinerParams::fromCbor));

    private static final Map<ActorMethod, Function<byte[], CborRecord>> RETURNS = Map.ofEntries(
            Map.entry(MinerMethod.CONTROL_ADDRESSES, GetControlAddressesReturn::fromCbor),
            Map.entry(MinerMethod.TERMINATE_SECTORS, TerminateSectorsReturn::fromCbor),
            Map.entry(MinerMethod.WITHDRAW_BALANCE, WithdrawBalanceReturn::fromCbor),
            Map.entry(MinerMethod.PROVE_COMMIT_SECTORS3, BatchReturn::fromCbor),
            Map.entry(MinerMethod.PROVE_REPLICA_UPDATES3, BatchReturn::fromCbor),
            Map.entry(MarketMethod.WITHDRAW_BALANCE, WithdrawBalanceReturn::fromCbor),
            Map.entry(MarketMethod.PUBLISH_STORAGE_DEALS, PublishStorageDealsReturn::fromCbor),
            Map.entry(MarketMethod.GET_BALANCE, GetBalanceReturn::fromCbor),
            Map.entry(MarketMethod.SETTLE_DEAL_PAYMENTS, SettleDealPaymentsReturn::fromCbor),
            Map.entry(PowerMethod.CREATE_MINER, CreateMinerReturn::fromCbor));

    private Codecs() {}

    /** The method called by a recorded message: f05 and f04 by address, other IDs are miners, keys are accounts. */
    static Optional<? extends ActorMethod> method(String to, long number) {
        return switch (to) {
            case "t05", "f05" -> MarketMethod.ofNumber(number);
            case "t04", "f04" -> PowerMethod.ofNumber(number);
            default -> to.charAt(1) == '0' ? MinerMethod.ofNumber(number) : Optional.empty();
        };
    }

    static Optional<Function<byte[], CborRecord>> params(ActorMethod method) {
        return Optional.ofNullable(PARAMS.get(method));
    }

    static Optional<Function<byte[], CborRecord>> returns(ActorMethod method) {
        return Optional.ofNullable(RETURNS.get(method));
    }
}
