package io.adit.market.deal;

import io.adit.market.fetch.PieceLocator;
import java.time.Duration;
import java.util.List;

/**
 * Where the data of offline deals is looked for.
 *
 * @param locators asked in this order
 * @param firstPause after the first try that did not bring it; the next ones are twice as long each
 * @param longestPause between two tries
 */
public record LocatorSettings(List<PieceLocator> locators, Duration firstPause, Duration longestPause) {
    /** Only the operator brings data. */
    public static final LocatorSettings NONE = of(List.of());

    public LocatorSettings {
        locators = List.copyOf(locators);
    }

    /** A minute, then twice that and so on up to an hour. */
    public static LocatorSettings of(List<PieceLocator> locators) {
        return new LocatorSettings(locators, Duration.ofMinutes(1), Duration.ofHours(1));
    }

    /** How long to wait after so many tries. */
    Duration pause(int tries) {
        var pause = firstPause;
        for (int i = 1; i < tries && pause.compareTo(longestPause) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longestPause) < 0 ? pause : longestPause;
    }
}
