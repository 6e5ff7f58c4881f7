package io.adit.simulation;

/**
 * One deadline at one time.
 *
 * @param challenge the epoch whose randomness a proof answers
 * @param open first epoch at which a proof is accepted
 * @param close first epoch at which it no longer is
 */
record Window(long deadline, long challenge, long open, long close) {
    static final long LENGTH = World.POLICY.challengeWindow();
    static final long PERIOD = LENGTH * World.POLICY.deadlines();

    /**
     * A window by its number.
     *
     * @param firstPeriod the first epoch of the period in which number 0 is the first
     */
    static Window of(long number, long firstPeriod) {
        long open = firstPeriod + number * LENGTH;
        return new Window(
                number % World.POLICY.deadlines(), open - World.POLICY.challengeLookback(), open, open + LENGTH);
    }

    /** The same deadline's window so many proving periods before. */
    Window before(long periods) {
        long by = periods * PERIOD;
        return new Window(deadline, challenge - by, open - by, close - by);
    }

    /** First epoch at which faults and recoveries can no longer be declared for it. */
    long faultCutoff() {
        return open - World.POLICY.faultDeclarationCutoff();
    }
}
