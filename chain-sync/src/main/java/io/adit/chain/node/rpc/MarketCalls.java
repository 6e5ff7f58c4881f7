package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.PADDED_SIZE;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.UINT64;
import static io.adit.chain.node.json.MarketJson.COLLATERAL_BOUNDS;
import static io.adit.chain.node.json.MarketJson.MARKET_BALANCE;
import static io.adit.chain.node.json.MarketJson.MARKET_DEAL;
import static io.adit.chain.node.json.MarketJson.MARKET_DEALS;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.CollateralBounds;
import io.adit.chain.node.MarketApi;
import io.adit.chain.node.MarketBalance;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.PaddedSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** State of the storage market actor: the part of the catalogue, and the typed methods over it. */
interface MarketCalls extends MarketApi, RpcCaller {

    RpcMethod<MarketBalance> STATE_MARKET_BALANCE = RpcMethod.method(
            "StateMarketBalance",
            2,
            MARKET_BALANCE,
            (node, a) -> node.stateMarketBalance(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<Optional<MarketDeal>> STATE_MARKET_STORAGE_DEAL = RpcMethod.method(
            "StateMarketStorageDeal",
            2,
            nullable(MARKET_DEAL),
            (node, a) -> Serving.dealOrError(
                    a.get(0, UINT64), node.stateMarketStorageDeal(a.get(0, UINT64), a.get(1, TIP_SET_KEY))));

    RpcMethod<Map<Long, MarketDeal>> STATE_MARKET_DEALS = RpcMethod.<Map<Long, MarketDeal>>method(
                    "StateMarketDeals", 1, MARKET_DEALS, (node, a) -> node.stateMarketDeals(a.get(0, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<CollateralBounds> STATE_DEAL_PROVIDER_COLLATERAL_BOUNDS = RpcMethod.<CollateralBounds>method(
                    "StateDealProviderCollateralBounds",
                    3,
                    COLLATERAL_BOUNDS,
                    (node, a) -> node.stateDealProviderCollateralBounds(
                            a.get(0, PADDED_SIZE), a.get(1, BOOL), a.get(2, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    List<RpcMethod<?>> METHODS = List.of(
            STATE_MARKET_BALANCE, STATE_MARKET_STORAGE_DEAL, STATE_MARKET_DEALS, STATE_DEAL_PROVIDER_COLLATERAL_BOUNDS);

    @Override
    default MarketBalance stateMarketBalance(Address address, TipSetKey key) {
        return call(STATE_MARKET_BALANCE, arg(ADDRESS, address), arg(TIP_SET_KEY, key));
    }

    @Override
    default Optional<MarketDeal> stateMarketStorageDeal(long dealId, TipSetKey key) {
        try {
            return call(STATE_MARKET_STORAGE_DEAL, arg(UINT64, dealId), arg(TIP_SET_KEY, key));
        } catch (RpcException e) {
            // An absent deal has no error code of its own.
            if (e.code() == RpcErrorCode.CALL_FAILED
                    && e.nodeMessage().contains("deal " + Long.toUnsignedString(dealId) + " not found")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    default Map<Long, MarketDeal> stateMarketDeals(TipSetKey key) {
        return call(STATE_MARKET_DEALS, arg(TIP_SET_KEY, key));
    }

    @Override
    default CollateralBounds stateDealProviderCollateralBounds(PaddedSize size, boolean verified, TipSetKey key) {
        return call(
                STATE_DEAL_PROVIDER_COLLATERAL_BOUNDS,
                arg(PADDED_SIZE, size),
                arg(BOOL, verified),
                arg(TIP_SET_KEY, key));
    }
}
