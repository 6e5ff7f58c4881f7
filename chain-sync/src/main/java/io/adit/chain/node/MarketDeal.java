package io.adit.chain.node;

import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.DealState;

/**
 * A published deal (Lotus {@code api.MarketDeal}).
 *
 * @param proposal what both sides signed for
 * @param state what became of it; −1 stands for "never" in its epochs, and the sector is 0 until it is active
 */
public record MarketDeal(DealProposal proposal, DealState state) {

    /** Whether a sector holds it and was not terminated. */
    public boolean isActive() {
        return state.sectorStartEpoch().value() >= 0 && state.slashEpoch().value() < 0;
    }
}
