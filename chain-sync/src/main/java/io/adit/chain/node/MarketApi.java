package io.adit.chain.node;

import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.PaddedSize;
import java.util.Map;
import java.util.Optional;

/** State of the storage market actor, f05 (Lotus {@code StateMarket*}). */
public interface MarketApi {

    /** Lotus {@code StateMarketBalance}: escrow of a client or provider; zero for an address f05 does not know. */
    MarketBalance stateMarketBalance(Address address, TipSetKey key);

    /** Lotus {@code StateMarketStorageDeal}; empty for a deal that was never published or is gone again. */
    Optional<MarketDeal> stateMarketStorageDeal(long dealId, TipSetKey key);

    /** Lotus {@code StateMarketDeals}: every deal by ID. Gigabytes on mainnet: for devnets only. */
    Map<Long, MarketDeal> stateMarketDeals(TipSetKey key);

    /** Lotus {@code StateDealProviderCollateralBounds}: what a provider may put up for a piece of that size. */
    CollateralBounds stateDealProviderCollateralBounds(PaddedSize size, boolean verified, TipSetKey key);
}
