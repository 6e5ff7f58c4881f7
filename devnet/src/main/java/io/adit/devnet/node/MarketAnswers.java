package io.adit.devnet.node;

import io.adit.chain.actor.DealState;
import io.adit.chain.node.CollateralBounds;
import io.adit.chain.node.MarketApi;
import io.adit.chain.node.MarketBalance;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.actor.MarketState;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.policy.Economics;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Questions about the market. */
interface MarketAnswers extends MarketApi, Answers {
    private MarketState market(TipSetKey key) {
        return state(key).read(StateTree.MARKET, MarketState.class);
    }

    @Override
    default MarketBalance stateMarketBalance(Address address, TipSetKey key) {
        var market = market(key);
        long id = Answers.id(state(key), address);
        return new MarketBalance(new TokenAmount(market.escrow(id)), new TokenAmount(market.locked(id)));
    }

    @Override
    default Optional<MarketDeal> stateMarketStorageDeal(long dealId, TipSetKey key) {
        return market(key).deal(dealId).map(MarketAnswers::onChain);
    }

    @Override
    default Map<Long, MarketDeal> stateMarketDeals(TipSetKey key) {
        var deals = new TreeMap<Long, MarketDeal>();
        market(key).deals().forEach((id, deal) -> deals.put(id, onChain(deal)));
        return deals;
    }

    private static MarketDeal onChain(io.adit.devnet.actor.MarketDeal deal) {
        var state = deal.activation()
                .map(at -> new DealState(
                        new SectorNumber(at.sector()),
                        new Epoch(at.start()),
                        new Epoch(at.lastUpdated()),
                        Epoch.UNDEFINED))
                .orElseGet(() -> new DealState(new SectorNumber(0), Epoch.UNDEFINED, Epoch.UNDEFINED, Epoch.UNDEFINED));
        return new MarketDeal(deal.proposal(), state);
    }

    @Override
    default CollateralBounds stateDealProviderCollateralBounds(PaddedSize size, boolean verified, TipSetKey key) {
        var minimum = figures(key).minimumProviderCollateral(size.bytes());
        return new CollateralBounds(
                new TokenAmount(Answers.withMargin(minimum)), new TokenAmount(Economics.TOTAL_FILECOIN));
    }
}
