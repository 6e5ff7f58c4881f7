package io.adit.market.fetch;

/** Watches that a body's bytes come at the least rate; what only frames them counts as time, not as bytes. */
final class Rate {
    private final FetchLimits limits;
    private long windowStart = System.nanoTime();
    private long inWindow;

    Rate(FetchLimits limits) {
        this.limits = limits;
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
