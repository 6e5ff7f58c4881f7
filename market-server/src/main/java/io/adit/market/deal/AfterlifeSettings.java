package io.adit.market.deal;

import io.adit.core.config.MarketConfig;
import java.time.Duration;

/**
 * What happens to deals once they are active.
 *
 * @param look how often the chain is asked about each of them
 * @param settlePeriod how long the payments of a deal may add up before they are settled
 * @param settleMost most deals in one settling message
 * @param keepPieces whether the unsealed copies of pieces outlast their deals
 */
public record AfterlifeSettings(Duration look, Duration settlePeriod, int settleMost, boolean keepPieces) {
    private static final Duration LOOK = Duration.ofHours(1);

    static AfterlifeSettings of(MarketConfig market) {
        return new AfterlifeSettings(
                LOOK, market.settlePeriod(), market.settleMaxDeals(), market.keepPiecesOfEndedDeals());
    }

    /** In epochs of 30 s. */
    long settleEpochs() {
        return Math.max(1, settlePeriod.toSeconds() / 30);
    }
}
