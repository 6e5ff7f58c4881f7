package io.adit.chain.type;

import io.adit.core.fil.DeadlineWindow;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.ProvingPeriodPolicy;

/**
 * One deadline of one proving period, seen from an epoch, as a node answers it (go-state-types {@code dline.Info}); the sums are
 * {@link DeadlineWindow}'s. Epochs are absolute; the last five components are the chain's policy, which no code may assume.
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

    /** What a node would answer for this deadline. */
    public static DeadlineInfo of(DeadlineWindow window) {
        var policy = window.policy();
        return new DeadlineInfo(
                window.now(),
                window.periodStart(),
                window.index(),
                window.open(),
                window.close(),
                window.challenge(),
                window.faultCutoff(),
                policy.deadlines(),
                policy.provingPeriod(),
                policy.challengeWindow(),
                policy.challengeLookback(),
                policy.faultDeclarationCutoff());
    }

    /** The deadline {@code index} of the period that starts at {@code periodStart}. */
    public static DeadlineInfo of(ProvingPeriodPolicy policy, Epoch periodStart, long index, Epoch currentEpoch) {
        return of(policy.deadline(periodStart, index, currentEpoch));
    }

    /** The chain's policy, as this answer states it. */
    public ProvingPeriodPolicy policy() {
        return new ProvingPeriodPolicy(
                wPoStProvingPeriod,
                wPoStPeriodDeadlines,
                wPoStChallengeWindow,
                wPoStChallengeLookback,
                faultDeclarationCutoff);
    }

    /** The same deadline with all its sums. */
    public DeadlineWindow window() {
        return policy().deadline(periodStart, index, currentEpoch);
    }

    /** Another deadline of the same period. */
    public DeadlineInfo withIndex(long other) {
        return of(policy(), periodStart, other, currentEpoch);
    }

    /** The same deadline seen from another epoch. */
    public DeadlineInfo at(Epoch epoch) {
        return of(policy(), periodStart, index, epoch);
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
        return close.minus(1);
    }

    /** Whether faults and recoveries for it can no longer be declared. */
    public boolean faultCutoffPassed() {
        return !currentEpoch.isBefore(faultCutoff);
    }

    /** This deadline in the first period in which it has not closed yet. */
    public DeadlineInfo nextNotElapsed() {
        return of(window().nextNotElapsed());
    }

    /** Whether the actor lets the deadline's partitions change now: not while it is open nor in the window before. */
    public boolean isMutable() {
        return window().isMutable();
    }

    /**
     * Whether a proof accepted without verification can still be disputed (FIP-0010).
     *
     * @param disputeWindow epochs after closing; 1,800 on mainnet
     */
    public boolean isDisputable(long disputeWindow) {
        if (currentEpoch.isBefore(periodStart)) {
            return false;
        }
        var next = nextNotElapsed();
        return !next.isOpen() && currentEpoch.isBefore(next.close.plus(disputeWindow - wPoStProvingPeriod));
    }
}
