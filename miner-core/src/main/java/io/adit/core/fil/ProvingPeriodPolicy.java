package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/**
 * The numbers by which the miner actor divides time into proving periods and deadlines (builtin-actors, policy). All are
 * epochs but the count.
 *
 * @param provingPeriod every sector is proven once in this time
 * @param deadlines how many deadlines a period has
 * @param challengeWindow how long a deadline is open
 * @param challengeLookback how long before its opening a deadline's challenge is drawn
 * @param faultDeclarationCutoff how long before its opening faults and recoveries of a deadline can last be declared
 */
public record ProvingPeriodPolicy(
        long provingPeriod, long deadlines, long challengeWindow, long challengeLookback, long faultDeclarationCutoff) {
    /** A day of 48 half-hours. */
    public static final ProvingPeriodPolicy MAINNET = new ProvingPeriodPolicy(2880, 48, 60, 20, 70);

    public ProvingPeriodPolicy {
        if (deadlines < 1 || challengeWindow < 1 || provingPeriod != deadlines * challengeWindow) {
            throw new InvalidValueException(
                    "proving period",
                    provingPeriod + " epochs for " + deadlines + " deadlines of " + challengeWindow,
                    "exactly as long as its deadlines");
        }
    }

    /** The deadline with the given number, in the period that starts at {@code periodStart}, seen from {@code now}. */
    public DeadlineWindow deadline(Epoch periodStart, long index, Epoch now) {
        return new DeadlineWindow(this, periodStart, index, now);
    }

    /** The deadline that is open at {@code now} for a miner whose periods start at {@code offset} modulo the period. */
    public DeadlineWindow current(long offset, Epoch now) {
        var start = periodStart(offset, now);
        return deadline(start, Math.min(now.minus(start) / challengeWindow, deadlines - 1), now);
    }

    /** The start, at or before {@code now}, of the period that {@code now} is in; may be negative near genesis. */
    public Epoch periodStart(long offset, Epoch now) {
        return now.minus(Math.floorMod(now.value() - offset, provingPeriod));
    }
}
