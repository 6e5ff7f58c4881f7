package io.adit.chain.actor;

import java.util.Optional;

/**
 * Methods of the storage miner actor. Gone: 6 PreCommitSector, 7 ProveCommitSector (FIP-0084), 8 ExtendSectorExpiration
 * (FIP-0103), 25 PreCommitSectorBatch and 26 ProveCommitAggregate (FIP-0101), 27 ProveReplicaUpdates (FIP-0106), 29, 33; they
 * end in exit code 22.
 */
public enum MinerMethod implements ActorMethod {
    /** Called by the init actor; see {@link MinerConstructorParams}. */
    CONSTRUCTOR(1, "Constructor"),
    /** No parameters; {@link GetControlAddressesReturn}. */
    CONTROL_ADDRESSES(2, "ControlAddresses"),
    /** {@link ChangeWorkerAddressParams}; owner only. */
    CHANGE_WORKER_ADDRESS(3, "ChangeWorkerAddress"),
    /** {@link ChangePeerIdParams}. */
    CHANGE_PEER_ID(4, "ChangePeerID"),
    /** {@link SubmitWindowedPoStParams}; accepted while its deadline is open. */
    SUBMIT_WINDOWED_POST(5, "SubmitWindowedPoSt"),
    /** {@link TerminateSectorsParams}, {@link TerminateSectorsReturn}; not in the open deadline or the next. */
    TERMINATE_SECTORS(9, "TerminateSectors"),
    /** {@link DeclareFaultsParams}; before the fault cutoff. */
    DECLARE_FAULTS(10, "DeclareFaults"),
    /** {@link DeclareFaultsRecoveredParams}; before the fault cutoff. */
    DECLARE_FAULTS_RECOVERED(11, "DeclareFaultsRecovered"),
    /** Called by the power actor when a deadline ends. */
    ON_DEFERRED_CRON_EVENT(12, "OnDeferredCronEvent"),
    /** {@link CheckSectorProvenParams}; exit code 0 says yes. */
    CHECK_SECTOR_PROVEN(13, "CheckSectorProven"),
    /** Called by the reward actor. */
    APPLY_REWARDS(14, "ApplyRewards"),
    /** {@link ReportConsensusFaultParams}; anybody. */
    REPORT_CONSENSUS_FAULT(15, "ReportConsensusFault"),
    /** {@link WithdrawBalanceParams}, {@link WithdrawBalanceReturn}; owner or beneficiary. */
    WITHDRAW_BALANCE(16, "WithdrawBalance"),
    /** Genesis only. */
    INTERNAL_SECTOR_SETUP_FOR_PRESEAL(17, "InternalSectorSetupForPreseal"),
    /** {@link ChangeMultiaddrsParams}. */
    CHANGE_MULTIADDRS(18, "ChangeMultiaddrs"),
    /** {@link CompactPartitionsParams}. */
    COMPACT_PARTITIONS(19, "CompactPartitions"),
    /** {@link CompactSectorNumbersParams}. */
    COMPACT_SECTOR_NUMBERS(20, "CompactSectorNumbers"),
    /** No parameters; after the change is due. */
    CONFIRM_CHANGE_WORKER_ADDRESS(21, "ConfirmChangeWorkerAddress"),
    /** No parameters. */
    REPAY_DEBT(22, "RepayDebt"),
    /** {@link ChangeOwnerAddressParams}: proposed by the old owner, confirmed by the new. */
    CHANGE_OWNER_ADDRESS(23, "ChangeOwnerAddress"),
    /** {@link DisputeWindowedPoStParams}; anybody. */
    DISPUTE_WINDOWED_POST(24, "DisputeWindowedPoSt"),
    /** {@link PreCommitSectorBatch2Params}. */
    PRE_COMMIT_SECTOR_BATCH2(28, "PreCommitSectorBatch2"),
    /** {@link ChangeBeneficiaryParams} (FIP-0029). */
    CHANGE_BENEFICIARY(30, "ChangeBeneficiary"),
    /** No parameters; {@link GetBeneficiaryReturn}. */
    GET_BENEFICIARY(31, "GetBeneficiary"),
    /** {@link ExtendSectorExpiration2Params}. */
    EXTEND_SECTOR_EXPIRATION2(32, "ExtendSectorExpiration2"),
    /** {@link ProveCommitSectors3Params}, {@link BatchReturn} (FIP-0076). */
    PROVE_COMMIT_SECTORS3(34, "ProveCommitSectors3"),
    /** {@link ProveReplicaUpdates3Params}, {@link BatchReturn} (FIP-0076). */
    PROVE_REPLICA_UPDATES3(35, "ProveReplicaUpdates3"),
    /** {@link ProveCommitSectorsNIParams}, {@link BatchReturn} (FIP-0092). */
    PROVE_COMMIT_SECTORS_NI(36, "ProveCommitSectorsNI"),
    /** {@link UpgradeSectorQualityParams}; from network version 29 (FIP-0118). */
    UPGRADE_SECTOR_QUALITY(37, "UpgradeSectorQuality"),
    /** For contracts (FRC-0042). */
    GET_OWNER(Frc42.methodNumber("GetOwner"), "GetOwner"),
    /** For contracts (FRC-0042). */
    IS_CONTROLLING_ADDRESS(Frc42.methodNumber("IsControllingAddress"), "IsControllingAddress"),
    /** For contracts (FRC-0042). */
    GET_SECTOR_SIZE(Frc42.methodNumber("GetSectorSize"), "GetSectorSize"),
    /** For contracts (FRC-0042). */
    GET_AVAILABLE_BALANCE(Frc42.methodNumber("GetAvailableBalance"), "GetAvailableBalance"),
    /** For contracts (FRC-0042). */
    GET_VESTING_FUNDS(Frc42.methodNumber("GetVestingFunds"), "GetVestingFunds"),
    /** For contracts (FRC-0042). */
    GET_PEER_ID(Frc42.methodNumber("GetPeerID"), "GetPeerID"),
    /** For contracts (FRC-0042). */
    GET_MULTIADDRS(Frc42.methodNumber("GetMultiaddrs"), "GetMultiaddrs"),
    /** For contracts (FRC-0042). */
    MAX_TERMINATION_FEE(Frc42.methodNumber("MaxTerminationFee"), "MaxTerminationFee"),
    /** For contracts (FRC-0042). */
    INITIAL_PLEDGE(Frc42.methodNumber("InitialPledge"), "InitialPledge"),
    /** From network version 28 (FIP-0112). */
    GENERATE_SECTOR_LOCATION(Frc42.methodNumber("GenerateSectorLocation"), "GenerateSectorLocation"),
    /** From network version 28 (FIP-0112). */
    VALIDATE_SECTOR_STATUS(Frc42.methodNumber("ValidateSectorStatus"), "ValidateSectorStatus"),
    /** From network version 28 (FIP-0112). */
    GET_NOMINAL_SECTOR_EXPIRATION(Frc42.methodNumber("GetNominalSectorExpiration"), "GetNominalSectorExpiration");

    private final long number;
    private final String methodName;

    MinerMethod(long number, String methodName) {
        this.number = number;
        this.methodName = methodName;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String methodName() {
        return methodName;
    }

    /** The method with this number. */
    public static Optional<MinerMethod> ofNumber(long number) {
        for (var method : values()) {
            if (method.number == number) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }
}
