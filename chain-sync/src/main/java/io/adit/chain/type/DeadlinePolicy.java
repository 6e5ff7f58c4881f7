package io.adit.chain.type;

import io.adit.core.error.InvalidValueException;

/**
 * The lengths, in epochs, that shape a proving period. A node asks its chain for them
 * ({@code StateMinerProvingDeadline}); the constants here are for tests and for the devnet's own rules.
 *
 * @param periodDeadlines deadlines in a proving period
 * @param provingPeriod epochs of a proving period
 * @param challengeWindow epochs that a deadline is open
 * @param challengeLookback epochs before opening at which the challenge is fixed
 * @param faultDeclarationCutoff epochs before opening after which faults and recoveries can no longer be declared
 * @param disputeWindow epochs after a deadline's close in which its proofs may be disputed
 */
public record DeadlinePolicy(
        long periodDeadlines,
        long provingPeriod,
        long challengeWindow,
        long challengeLookback,
        long faultDeclarationCutoff,
        long disputeWindow) {

    /** Mainnet, calibration network and Lotus's 2k devnet: 48 deadlines of 60 epochs. */
    public static final DeadlinePolicy MAINNET = new DeadlinePolicy(48, 2880, 60, 20, 70, 1800);

    public DeadlinePolicy {
        if (periodDeadlines < 1 || challengeWindow < 1 || provingPeriod != periodDeadlines * challengeWindow) {
            throw new InvalidValueException(
                    "proving period", provingPeriod, "number of deadlines times the challenge window");
        }
    }
}
