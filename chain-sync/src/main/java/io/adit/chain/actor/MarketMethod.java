package io.adit.chain.actor;

import java.util.Optional;

/**
 * Methods of the storage market actor, f05. 5 and 6 ended with network version 29 (FIP-0118).
 */
public enum MarketMethod implements ActorMethod {
    /** Genesis only. */
    CONSTRUCTOR(1, "Constructor"),
    /** {@link AddBalanceParams}; the message's value goes into escrow. */
    ADD_BALANCE(2, "AddBalance"),
    /** {@link MarketWithdrawBalanceParams}, {@link WithdrawBalanceReturn}. */
    WITHDRAW_BALANCE(3, "WithdrawBalance"),
    /** {@link PublishStorageDealsParams}, {@link PublishStorageDealsReturn}; the provider's worker or control key. */
    PUBLISH_STORAGE_DEALS(4, "PublishStorageDeals"),
    /** Called by miner actors up to network version 28. */
    VERIFY_DEALS_FOR_ACTIVATION(5, "VerifyDealsForActivation"),
    /** Called by miner actors up to network version 28. */
    BATCH_ACTIVATE_DEALS(6, "BatchActivateDeals"),
    /** Called by miner actors. */
    ON_MINER_SECTORS_TERMINATE(7, "OnMinerSectorsTerminate"),
    /** Called by cron. */
    CRON_TICK(9, "CronTick"),
    /** Parameters {@link AddBalanceParams}; {@link GetBalanceReturn}. */
    GET_BALANCE(Frc42.methodNumber("GetBalance"), "GetBalance"),
    /** For contracts (FRC-0042). */
    GET_DEAL_DATA_COMMITMENT(Frc42.methodNumber("GetDealDataCommitment"), "GetDealDataCommitment"),
    /** For contracts (FRC-0042). */
    GET_DEAL_CLIENT(Frc42.methodNumber("GetDealClient"), "GetDealClient"),
    /** For contracts (FRC-0042). */
    GET_DEAL_PROVIDER(Frc42.methodNumber("GetDealProvider"), "GetDealProvider"),
    /** For contracts (FRC-0042). */
    GET_DEAL_LABEL(Frc42.methodNumber("GetDealLabel"), "GetDealLabel"),
    /** For contracts (FRC-0042). */
    GET_DEAL_TERM(Frc42.methodNumber("GetDealTerm"), "GetDealTerm"),
    /** For contracts (FRC-0042). */
    GET_DEAL_TOTAL_PRICE(Frc42.methodNumber("GetDealTotalPrice"), "GetDealTotalPrice"),
    /** For contracts (FRC-0042). */
    GET_DEAL_CLIENT_COLLATERAL(Frc42.methodNumber("GetDealClientCollateral"), "GetDealClientCollateral"),
    /** For contracts (FRC-0042). */
    GET_DEAL_PROVIDER_COLLATERAL(Frc42.methodNumber("GetDealProviderCollateral"), "GetDealProviderCollateral"),
    /** For contracts (FRC-0042). */
    GET_DEAL_VERIFIED(Frc42.methodNumber("GetDealVerified"), "GetDealVerified"),
    /** For contracts (FRC-0042). */
    GET_DEAL_ACTIVATION(Frc42.methodNumber("GetDealActivation"), "GetDealActivation"),
    /** For contracts (FRC-0042). */
    GET_DEAL_SECTOR(Frc42.methodNumber("GetDealSector"), "GetDealSector"),
    /** {@link SettleDealPaymentsParams}, {@link SettleDealPaymentsReturn} (FIP-0074); anybody. */
    SETTLE_DEAL_PAYMENTS(Frc42.methodNumber("SettleDealPayments"), "SettleDealPayments"),
    /** {@link SectorContentChangedParams}, {@link SectorContentChangedReturn}; from miner actors (FIP-0076). */
    SECTOR_CONTENT_CHANGED(Frc42.methodNumber("SectorContentChanged"), "SectorContentChanged");

    private final long number;
    private final String methodName;

    MarketMethod(long number, String methodName) {
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
    public static Optional<MarketMethod> ofNumber(long number) {
        for (var method : values()) {
            if (method.number == number) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }
}
