package io.adit.simulation;

import io.adit.chain.actor.DealProposal;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the market holds locked of the miner's money is the collateral of its deals, of which each was accepted; and what was
 * put in is no more than they need, counted twice for the case that the node could not know in time.
 */
final class EscrowBacksDeals implements Invariant {
    private static final long LOOKED_AT_EVERY = 5;

    private final Breaches breaches;
    private final World world;
    private final Supplier<List<ClientDeal>> deals;

    /**
     * Of the world's miner.
     *
     * @param deals what clients have proposed
     */
    EscrowBacksDeals(Breaches breaches, World world, Supplier<List<ClientDeal>> deals) {
        this.breaches = breaches;
        this.world = world;
        this.deals = deals;
    }

    @Override
    public void headMoved() {
        if (world.devnet().epoch() % LOOKED_AT_EVERY == 0) {
            look();
        }
    }

    @Override
    public void over() {
        look();
    }

    private void look() {
        var node = world.node();
        var onChain = node.stateMarketDeals(TipSetKey.EMPTY).values().stream()
                .map(MarketDeal::proposal)
                .toList();
        judge(
                onChain,
                node.stateMarketBalance(world.miner(), TipSetKey.EMPTY).escrow(),
                node.stateMarketBalance(world.miner(), TipSetKey.EMPTY).locked());
    }

    /** As {@link #headMoved()}, of what a market holds. */
    void judge(List<DealProposal> onChain, TokenAmount escrow, TokenAmount locked) {
        var known = new HashSet<String>();
        var wanted = TokenAmount.ZERO;
        for (var deal : deals.get()) {
            var proposal = deal.params().proposal().proposal();
            known.add(name(proposal));
            wanted = wanted.plus(proposal.providerCollateral());
        }
        var backed = onChain.stream()
                .filter(proposal -> isOurs(proposal.provider()))
                .map(DealProposal::providerCollateral)
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
        if (!backed.equals(locked)) {
            breaches.report(getClass(), "the market has " + locked + " locked for deals that need " + backed);
        }
        if (escrow.compareTo(wanted.times(2)) > 0) {
            breaches.report(getClass(), "the market holds " + escrow + " for deals that need " + wanted + " at most");
        }
        onChain.stream()
                .filter(proposal -> isOurs(proposal.provider()) && !known.contains(name(proposal)))
                .forEach(proposal -> breaches.report(getClass(), "nobody proposed " + name(proposal)));
    }

    private boolean isOurs(Address provider) {
        return provider.equals(world.miner());
    }

    /** The chain names the client by number, so the proposal is told by what else is in it. */
    private static String name(DealProposal proposal) {
        return proposal.label() + " of " + proposal.pieceCid() + " from " + proposal.startEpoch();
    }
}
