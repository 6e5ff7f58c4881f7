package io.adit.chain.actor;

import java.util.Optional;

/**
 * Methods of the storage power actor, f04.
 */
public enum PowerMethod implements ActorMethod {
    /** Genesis only. */
    CONSTRUCTOR(1, "Constructor"),
    /** {@link CreateMinerParams}, {@link CreateMinerReturn}; the value covers the deposit (FIP-0077). */
    CREATE_MINER(2, "CreateMiner"),
    /** Called by miner actors. */
    UPDATE_CLAIMED_POWER(3, "UpdateClaimedPower"),
    /** Called by miner actors. */
    ENROLL_CRON_EVENT(4, "EnrollCronEvent"),
    /** Called by cron. */
    ON_EPOCH_TICK_END(5, "OnEpochTickEnd"),
    /** Called by miner actors. */
    UPDATE_PLEDGE_TOTAL(6, "UpdatePledgeTotal"),
    /** No parameters; network totals. */
    CURRENT_TOTAL_POWER(9, "CurrentTotalPower"),
    /** For contracts (FRC-0042). */
    NETWORK_RAW_POWER(Frc42.methodNumber("NetworkRawPower"), "NetworkRawPower"),
    /** For contracts (FRC-0042). */
    MINER_RAW_POWER(Frc42.methodNumber("MinerRawPower"), "MinerRawPower"),
    /** For contracts (FRC-0042). */
    MINER_COUNT(Frc42.methodNumber("MinerCount"), "MinerCount"),
    /** For contracts (FRC-0042). */
    MINER_CONSENSUS_COUNT(Frc42.methodNumber("MinerConsensusCount"), "MinerConsensusCount"),
    /** For contracts (FRC-0042). */
    MINER_POWER(Frc42.methodNumber("MinerPower"), "MinerPower");

    private final long number;
    private final String methodName;

    PowerMethod(long number, String methodName) {
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
    public static Optional<PowerMethod> ofNumber(long number) {
        for (var method : values()) {
            if (method.number == number) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }
}
