package io.adit.chain.type;

import io.adit.core.fil.Epoch;

/**
 * One deadline of one proving period, seen from an epoch (go-state-types {@code dline.Info}). Epochs are absolute; the
 * last five components repeat the policy, as the node's answer does.
 *
 * @param currentEpoch the epoch that questions are answered for
 * @param periodStart first epoch of the proving period; may be negative or in the future
 * @param index the deadline, from 0
 * @param open first epoch at which its proof is accepted
 * @param close first epoch at which it no longer is
 * @param challenge the epoch whose randomness the proof answers
 * @param faultCutoff first epoch at which a fault or recovery for it can no longer be declared
 */
public record DeadlineInfo(
        Epoch currentEpoch,
        Epoch periodStart,
        long index,
        Epoch open,
        Epoch close,
        Epoch challenge,
        Epoch faultCutoff,
        long wPoStPeriodDeadlines,
        long wPoStProvingPeriod,
        long wPoStChallengeWindow,
        long wPoStChallengeLookback,
        long faultDeclarationCutoff) {

    /** The deadline {@code index} of the period that starts at {@code periodStart}. */
    public static DeadlineInfo of(DeadlinePolicy policy, Epoch periodStart, long index, Epoch currentEpoch) {
        boolean exists = index < policy.periodDeadlines();
        var open =
                exists ? periodStart.plus(index * policy.challengeWindow()) : periodStart.plus(policy.provingPeriod());
        return new DeadlineInfo(
                currentEpoch,
                periodStart,
                index,
                open,
                exists ? open.plus(policy.challengeWindow()) : open,
                exists ? open.plus(-policy.challengeLookback()) : open,
                exists ? open.plus(-policy.faultDeclarationCutoff()) : new Epoch(0),
                policy.periodDeadlines(),
                policy.provingPeriod(),
                policy.challengeWindow(),
                policy.challengeLookback(),
                policy.faultDeclarationCutoff());
    }

    /** The deadline open at {@code currentEpoch} for a miner whose periods start at {@code offset} modulo the period. */
    public static DeadlineInfo current(DeadlinePolicy policy, long offset, Epoch currentEpoch) {
        long since = Math.floorMod(currentEpoch.value() - offset, policy.provingPeriod());
        return of(policy, currentEpoch.plus(-since), since / policy.challengeWindow(), currentEpoch);
    }

    /** Whether the period has begun. */
    public boolean periodStarted() {
        return !currentEpoch.isBefore(periodStart);
    }

    /** Whether the whole period lies behind. */
    public boolean periodElapsed() {
        return !currentEpoch.isBefore(nextPeriodStart());
    }

    /** Last epoch of the period. */
    public Epoch periodEnd() {
        return periodStart.plus(wPoStProvingPeriod - 1);
    }

    /** First epoch of the next period. */
    public Epoch nextPeriodStart() {
        return periodStart.plus(wPoStProvingPeriod);
    }

    /** Whether proofs for it are accepted now. */
    public boolean isOpen() {
        return !currentEpoch.isBefore(open) && currentEpoch.isBefore(close);
    }

    /** Whether it has closed. */
    public boolean hasElapsed() {
        return !currentEpoch.isBefore(close);
    }

    /** The last epoch in which it is open. */
    public Epoch last() {
        return close.plus(-1);
    }

    /** Whether faults and recoveries for it can no longer be declared. */
    public boolean faultCutoffPassed() {
        return !currentEpoch.isBefore(faultCutoff);
    }

    /** This deadline in the first period in which it has not closed yet. */
    public DeadlineInfo nextNotElapsed() {
        if (!hasElapsed()) {
            return this;
        }
        long periods = 1 + currentEpoch.minus(close) / wPoStProvingPeriod;
        return of(policy(0), periodStart.plus(periods * wPoStProvingPeriod), index, currentEpoch);
    }

    /**
     * Whether the actor lets the deadline's partitions change now: neither the open deadline nor the next to open may
     * (builtin-actors {@code deadline_is_mutable}).
     */
    public boolean isMutable() {
        return currentEpoch.isBefore(nextNotElapsed().open.plus(-wPoStChallengeWindow));
    }

    /** Whether a proof accepted without verification can still be disputed (FIP-0010). */
    public boolean isDisputable(DeadlinePolicy policy) {
        if (!periodStarted()) {
            return false;
        }
        var next = nextNotElapsed();
        return !next.isOpen() && currentEpoch.isBefore(next.close.plus(policy.disputeWindow() - wPoStProvingPeriod));
    }

    private DeadlinePolicy policy(long disputeWindow) {
        return new DeadlinePolicy(
                wPoStPeriodDeadlines,
                wPoStProvingPeriod,
                wPoStChallengeWindow,
                wPoStChallengeLookback,
                faultDeclarationCutoff,
                disputeWindow);
    }
}
