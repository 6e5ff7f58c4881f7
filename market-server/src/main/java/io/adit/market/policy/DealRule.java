package io.adit.market.policy;

import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Rejected;
import java.util.Optional;

/**
 * What a proposal must satisfy, in the order in which Boost and Curio check it: who signed it first, then its shape, time,
 * money and data, and last what there is room for. Pure: the same proposal and context always give the same answer.
 */
public enum DealRule {
    PROVIDER(ClientRules::provider),
    SIGNATURE(ClientRules::signature),
    DENIED(ClientRules::denied),
    ALLOWED(ClientRules::allowed),
    LABEL(PieceRules::label),
    PIECE_CID(PieceRules::pieceCid),
    PIECE_SIZE(PieceRules::pieceSize),
    VERIFIED(PieceRules::verified),
    ORDER(TimeRules::order),
    START(TimeRules::start),
    TRANSFER_TIME(TimeRules::transfer),
    LATEST_START(TimeRules::latestStart),
    DURATION(TimeRules::duration),
    END(TimeRules::end),
    AMOUNTS(MoneyRules::amounts),
    PROVIDER_COLLATERAL(MoneyRules::providerCollateral),
    PRICE(MoneyRules::price),
    ESCROW(MoneyRules::escrow),
    TRANSFER(TransferRules::transfer),
    TRANSFER_SIZE(TransferRules::size),
    ADDRESS(TransferRules::address),
    STAGING(RoomRules::staging),
    STAGING_SHARE(RoomRules::stagingShare),
    UNDER_WAY(RoomRules::underWay),
    UNDER_WAY_SHARE(RoomRules::underWayShare),
    QUEUED_BYTES(RoomRules::queuedBytes),
    SEALING_SECTORS(RoomRules::sealingSectors),
    QUEUE_TIME(RoomRules::queueTime);

    /** One rule as a function. */
    interface Check {
        Optional<Rejected> apply(DealParams params, ProposalContext context);
    }

    // The functions hold no state.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Check check;

    DealRule(Check check) {
        this.check = check;
    }

    /** Why the proposal breaks this rule; empty if it does not. */
    public Optional<Rejected> broken(DealParams params, ProposalContext context) {
        return check.apply(params, context);
    }
}
