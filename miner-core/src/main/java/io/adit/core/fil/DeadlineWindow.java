package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/**
 * One deadline of one proving period, as seen from an epoch. The same sums as {@code dline.Info} of go-state-types.
 *
 * @param policy the network's numbers
 * @param periodStart first epoch of the proving period
 * @param index which deadline, from 0; {@code policy.deadlines()} means that the period has ended
 * @param now the epoch to compare with
 */
public record DeadlineWindow(ProvingPeriodPolicy policy, Epoch periodStart, long index, Epoch now) {
    public DeadlineWindow {
        if (index < 0 || index > policy.deadlines()) {
            throw new InvalidValueException("deadline index", index, "between 0 and " + policy.deadlines());
        }
    }

    /** First epoch at which a proof may be submitted. */
    public Epoch open() {
        return index < policy.deadlines() ? periodStart.plus(index * policy.challengeWindow()) : afterPeriod();
    }

    /** First epoch at which it no longer may. */
    public Epoch close() {
        return index < policy.deadlines() ? open().plus(policy.challengeWindow()) : afterPeriod();
    }

    /** Last epoch at which a proof may be submitted. */
    public Epoch last() {
        return close().minus(1);
    }

    /** The epoch whose randomness is the challenge. */
    public Epoch challenge() {
        return index < policy.deadlines() ? open().minus(policy.challengeLookback()) : afterPeriod();
    }

    /** First epoch at which faults and recoveries of this deadline can no longer be declared. */
    public Epoch faultCutoff() {
        return index < policy.deadlines() ? open().minus(policy.faultDeclarationCutoff()) : afterPeriod();
    }

    public boolean periodStarted() {
        return !now.isBefore(periodStart);
    }

    public boolean periodElapsed() {
        return !now.isBefore(nextPeriodStart());
    }

    /** Last epoch of the period. */
    public Epoch periodEnd() {
        return periodStart.plus(policy.provingPeriod() - 1);
    }

    public Epoch nextPeriodStart() {
        return periodStart.plus(policy.provingPeriod());
    }

    public boolean isOpen() {
        return !now.isBefore(open()) && now.isBefore(close());
    }

    public boolean hasElapsed() {
        return !now.isBefore(close());
    }

    public boolean faultCutoffPassed() {
        return !now.isBefore(faultCutoff());
    }

    /** This deadline, in this period or a later one, whichever is the first that has not closed by now. */
    public DeadlineWindow nextNotElapsed() {
        if (!hasElapsed()) {
            return this;
        }
        long gap = now.minus(close());
        long periods = 1 + gap / policy.provingPeriod();
        return new DeadlineWindow(policy, periodStart.plus(periods * policy.provingPeriod()), index, now);
    }

    /**
     * Whether sectors of this deadline may be moved, added or compacted: not while it is open nor in the window before.
     */
    public boolean isMutable() {
        var next = nextNotElapsed();
        return now.isBefore(next.open().minus(policy.challengeWindow()));
    }

    private Epoch afterPeriod() {
        return nextPeriodStart();
    }
}
