package io.adit.market.fetch;

/**
 * Watches that a body's bytes come at the least rate; what only frames them counts as time, not as bytes, and what the reader does
 * between its reads does not count at all.
 */
final class Rate {
    private final FetchLimits limits;
    private long windowStart = System.nanoTime();
    private long inWindow;
    private long pausedAt = windowStart;

    Rate(FetchLimits limits) {
        this.limits = limits;
    }

    /** The reader has something else to do. */
    void pause() {
        pausedAt = System.nanoTime();
    }

    /** The reader waits for bytes again. */
    void goOn() {
        windowStart += System.nanoTime() - pausedAt;
    }

    /**
     * Some bytes have come, or none.
     *
     * @throws FetchException FETCH_STALLED at the end of a window in which too few came
     */
    void came(int bytes) {
        inWindow += bytes;
        long passed = System.nanoTime() - windowStart;
        if (passed < limits.rateWindow().toNanos()) {
            return;
        }
        if (inWindow < limits.leastRate() * limits.rateWindow().toMillis() / 1000) {
            throw new FetchException(
                    FetchErrorCode.FETCH_STALLED,
                    "the server sends less than " + limits.leastRate() + " bytes a second");
        }
        windowStart += passed;
        inWindow = 0;
    }
}
