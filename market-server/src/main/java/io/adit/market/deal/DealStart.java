package io.adit.market.deal;

import io.adit.core.state.DealRecord;
import io.adit.core.time.Timeline;
import java.time.Duration;

/** Whether a deal can still be sealed before it starts; one that cannot must not keep a slot. */
final class DealStart {
    private static final Duration EPOCH_LOOK = Duration.ofMinutes(1);

    private final DealRecord deal;
    private final MarketChain chain;
    private final long epochsToPublishAndSeal;
    private final Timeline timeline;
    private long checkedAt;

    DealStart(DealRecord deal, MarketChain chain, long epochsToPublishAndSeal, Timeline timeline) {
        this.deal = deal;
        this.chain = chain;
        this.epochsToPublishAndSeal = epochsToPublishAndSeal;
        this.timeline = timeline;
    }

    /** Asks the chain, but not at every piece of data. */
    void checkNowAndThen() {
        if (timeline.nanoTime() - checkedAt > EPOCH_LOOK.toNanos()) {
            check();
        }
    }

    /** @throws TooLateException when it cannot */
    void check() {
        checkedAt = timeline.nanoTime();
        var now = chain.now();
        if (deal.start().isBefore(now.plus(epochsToPublishAndSeal))) {
            throw new TooLateException("the deal's data did not come in time: the deal starts at epoch "
                    + deal.start().value() + ", publishing and sealing take " + epochsToPublishAndSeal
                    + " epochs and it is epoch " + now.value() + "; propose again with a later start");
        }
    }

    /** It cannot; the message says why. */
    static final class TooLateException extends RuntimeException {
        TooLateException(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
