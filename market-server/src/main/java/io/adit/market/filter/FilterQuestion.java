package io.adit.market.filter;

import io.adit.chain.node.MarketBalance;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.SectorState;
import io.adit.market.deal.wire.DealParams;
import java.util.Map;

/**
 * A deal and the provider that is asked to take it.
 *
 * @param provider the miner's ID address
 * @param money what the provider has for deals
 * @param room for data
 * @param stages deals by how far they are
 * @param sectors by state
 */
public record FilterQuestion(
        DealParams deal, Address provider, Money money, Room room, Stages stages, Map<SectorState, Integer> sectors) {

    public FilterQuestion {
        sectors = Map.copyOf(sectors);
    }

    /**
     * @param escrow in the market actor
     * @param promised of it, for the collateral of deals that are not published yet
     * @param worker pays for messages and fills up the escrow
     */
    public record Money(MarketBalance escrow, TokenAmount promised, Address worker, TokenAmount workerBalance) {}

    /**
     * Bytes.
     *
     * @param total that deals may take until they are sealed
     * @param awaited of deals whose data has not come
     * @param staged of deals whose data is here
     */
    public record Room(long total, long awaited, long staged) {
        long free() {
            return Math.max(0, total - awaited - staged);
        }
    }

    /** Deals before the data has come, between that and the publish message, and in sealing. */
    public record Stages(int transferring, int publishing, int sealing) {}
}
