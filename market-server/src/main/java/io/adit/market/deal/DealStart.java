package io.adit.market.deal;

import io.adit.core.state.DealRecord;
import io.adit.core.time.Timeline;
import io.adit.market.policy.FetchPace;
import java.time.Duration;

/** Whether a deal can still be fetched and sealed before it starts; one that cannot must not keep a slot. */
final class DealStart {
    private static final Duration EPOCH_LOOK = Duration.ofMinutes(1);

    private final DealRecord deal;
    private final MarketChain chain;
    private final long epochsToPublishAndSeal;
    private final Timeline timeline;
    private final FetchPace pace;
    private long checkedAt;

    /** @param pace how fast its data may be fetched */
    DealStart(DealRecord deal, MarketChain chain, long epochsToPublishAndSeal, FetchPace pace, Timeline timeline) {
        this.deal = deal;
        this.chain = chain;
        this.epochsToPublishAndSeal = epochsToPublishAndSeal;
        this.timeline = timeline;
        this.pace = pace;
    }

    /** Asks the chain, but not at every piece of data. */
    void checkNowAndThen(long bytesLeft) {
        if (timeline.nanoTime() - checkedAt > EPOCH_LOOK.toNanos()) {
            check(bytesLeft);
        }
    }

    /** @throws TooLateException when it cannot, even if its data were here at once */
    void check() {
        check(0);
    }

    /**
     * Looks whether that much can still be fetched before.
     *
     * @throws TooLateException when it cannot
     */
    void check(long bytesLeft) {
        checkedAt = timeline.nanoTime();
        var now = chain.now();
        if (deal.start().isBefore(now.plus(epochsToPublishAndSeal))) {
            throw new TooLateException("the deal's data did not come in time: the deal starts at epoch "
                    + deal.start().value() + ", publishing and sealing take " + epochsToPublishAndSeal
                    + " epochs and it is epoch " + now.value() + "; propose again with a later start");
        }
        long fetching = pace.epochs(bytesLeft);
        if (deal.start().isBefore(now.plus(epochsToPublishAndSeal + fetching))) {
            throw new TooLateException("the deal's data cannot come in time: the deal starts at epoch "
                    + deal.start().value() + ", publishing and sealing take " + epochsToPublishAndSeal
                    + " epochs, the " + bytesLeft + " bytes that are missing " + fetching + " at "
                    + pace.bytesPerSecond() + " bytes a second, and it is epoch " + now.value()
                    + "; propose again with a later start");
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
