package io.adit.devnet.actor;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.DealSettlement;
import io.adit.chain.actor.SettleDealPaymentsParams;
import io.adit.chain.actor.SettleDealPaymentsReturn;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Moves the money of deals: settlement on request (FIP-0074), time-out, completion, slashing. */
final class MarketSettlement {
    /** More would not fit into a block's gas; the bound is for calls that pay none. */
    private static final long MAX_SETTLED = 100_000;

    private static final long GAS = 15_000_000;
    private static final long GAS_PER_DEAL = 2_000_000;
    /** {@code deal_updates_interval}: over so many epochs the cron spreads its work by deal ID. */
    private static final long UPDATES_INTERVAL = 30 * ProtocolLimits.EPOCHS_IN_DAY;

    private MarketSettlement() {}

    static byte[] settle(Invocation in, SettleDealPaymentsParams params) {
        long count = params.dealIds().cardinality();
        in.gas().charge(GAS + GAS_PER_DEAL * Math.min(count, Long.MAX_VALUE / (2 * GAS_PER_DEAL)));
        if (count > MAX_SETTLED) {
            throw new ActorAbort(
                    ActorAbort.SYS_OUT_OF_GAS, "settling " + count + " deals takes more gas than a block has");
        }
        var market = in.tree().write(StateTree.MARKET, MarketState.class);
        var codes = new ArrayList<Long>();
        var settlements = new ArrayList<DealSettlement>();
        var slashed = BigInteger.ZERO;
        for (long id : params.dealIds().stream(MAX_SETTLED).toArray()) {
            var known = market.deal(id);
            if (known.isEmpty()) {
                codes.add(ActorAbort.DEAL_EXPIRED);
                continue;
            }
            var deal = known.get();
            if (deal.activation().isEmpty()) {
                if (in.chain().epoch() < deal.start()) {
                    codes.add(0L);
                    settlements.add(new DealSettlement(TokenAmount.ZERO, false));
                } else {
                    slashed = slashed.add(timeOut(market, id, deal));
                    codes.add(ActorAbort.DEAL_EXPIRED);
                }
                continue;
            }
            settlements.add(pay(market, id, deal, in.chain().epoch()));
            codes.add(0L);
        }
        in.burn(slashed);
        return new SettleDealPaymentsReturn(BatchReturn.of(codes), settlements).toCbor();
    }

    private static DealSettlement pay(MarketState market, long id, MarketDeal deal, long epoch) {
        if (epoch < deal.start()) {
            return new DealSettlement(TokenAmount.ZERO, false);
        }
        market.removePending(deal.proposal().cid());
        long until = Math.min(epoch, deal.end());
        var payment = deal.fee(until - deal.unpaidFrom());
        market.spend(deal.client(), payment);
        market.addEscrow(deal.provider(), payment);
        boolean completed = epoch >= deal.end();
        if (completed) {
            market.unlock(deal.provider(), deal.proposal().providerCollateral().atto());
            market.unlock(deal.client(), deal.proposal().clientCollateral().atto());
            market.remove(id);
        } else {
            market.replace(id, deal.settled(epoch));
        }
        return new DealSettlement(new TokenAmount(payment), completed);
    }

    /** A deal whose start passed without activation: the client is free again, the provider loses its collateral. */
    static BigInteger timeOut(MarketState market, long id, MarketDeal deal) {
        var proposal = deal.proposal();
        market.unlock(deal.client(), proposal.totalStorageFee().atto());
        market.unlock(deal.client(), proposal.clientCollateral().atto());
        var collateral = proposal.providerCollateral().atto();
        market.spend(deal.provider(), collateral);
        market.removePending(proposal.cid());
        market.remove(id);
        return collateral;
    }

    /** A deal whose sector ended: pays what is due, frees the client's rest, answers the provider's lost collateral. */
    static BigInteger slash(MarketState market, MarketDeal deal, long epoch) {
        var proposal = deal.proposal();
        long from = deal.unpaidFrom();
        long until = Math.max(Math.min(epoch, deal.end()), from);
        var due = deal.fee(until - from);
        market.spend(deal.client(), due);
        market.addEscrow(deal.provider(), due);
        market.unlock(deal.client(), deal.fee(deal.end() - until));
        market.unlock(deal.client(), proposal.clientCollateral().atto());
        var collateral = proposal.providerCollateral().atto();
        market.spend(deal.provider(), collateral);
        return collateral;
    }

    /** Cron: cleans up proposals that were never activated, each at its own epoch after its start. */
    static void tick(Invocation in) {
        long epoch = in.chain().epoch();
        var seen = in.tree().read(StateTree.MARKET, MarketState.class);
        List<Long> late = seen.deals().entrySet().stream()
                .filter(entry -> entry.getValue().activation().isEmpty()
                        && cleanUp(entry.getKey(), entry.getValue().start()) <= epoch)
                .map(Map.Entry::getKey)
                .toList();
        if (late.isEmpty()) {
            return;
        }
        var market = in.tree().write(StateTree.MARKET, MarketState.class);
        var slashed = BigInteger.ZERO;
        for (long id : late) {
            slashed = slashed.add(timeOut(market, id, market.existing(id)));
        }
        in.burn(slashed);
    }

    /**
     * The first epoch from the start on that is congruent to the deal's ID ({@code next_update_epoch}). A settlement may clean
     * up earlier.
     */
    static long cleanUp(long id, long start) {
        return start + Math.floorMod(id - start, UPDATES_INTERVAL);
    }
}
