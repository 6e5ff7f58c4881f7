package io.adit.chain.actor;

import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;

/**
 * What sectors cost their provider: deposits, pledges, fees and penalties by the actors' own formulas (builtin-actors miner
 * {@code monies}). They need numbers that only the chain has; use them to explain, to simulate, and in the devnet, and ask the
 * node ({@code StateMinerInitialPledgeForSector}) for what a message must carry.
 *
 * @param reward smoothed block reward of one epoch, attoFIL
 * @param networkPower smoothed quality-adjusted power of the network, bytes
 */
public record Pledge(FilterEstimate reward, FilterEstimate networkPower) {
    private static final long EPOCHS_IN_DAY = 2880;
    private static final long PROJECTION = 20 * EPOCHS_IN_DAY;
    private static final long CONTINUED_FAULT_PROJECTION = EPOCHS_IN_DAY * 351 / 100;
    private static final long INVALID_POST_PROJECTION = CONTINUED_FAULT_PROJECTION + 2 * EPOCHS_IN_DAY;
    private static final TokenAmount DISPUTE_PENALTY = TokenAmount.ofFil(20);
    private static final long EXPECTED_LEADERS = 5;
    private static final long CONSENSUS_FAULT_FACTOR = 5;
    private static final long TERMINATION_LIFETIME_CAP = 140 * EPOCHS_IN_DAY;
    /** Thousandths of the additional pledge that FIP-0081 moves to the simple formula when its ramp is over. */
    private static final long SIMPLE_PLEDGE_PERMILLE = 300;

    private static final BigInteger MAX_PLEDGE_PER_BYTE =
            TokenAmount.ofFil(1).atto().divide(BigInteger.valueOf(32L << 30));
    private static final BigInteger DAILY_FEE_NUMERATOR = BigInteger.valueOf(161_817);
    private static final BigInteger DAILY_FEE_DENOMINATOR = BigInteger.TEN.pow(30);

    /** The reward that this power can expect in so many epochs. */
    public TokenAmount expectedReward(BigInteger power, long epochs) {
        if (networkPower.estimate().signum() == 0) {
            return new TokenAmount(reward.estimate());
        }
        var share = RatioSum.extrapolated(epochs, 0, reward, networkPower);
        return new TokenAmount(
                power.multiply(share).shiftRight(FilterEstimate.PRECISION).max(BigInteger.ZERO));
    }

    /** What a pre-commit locks: twenty days' expected reward, at least one attoFIL. */
    public TokenAmount preCommitDeposit(BigInteger power) {
        return expectedReward(power, PROJECTION).max(TokenAmount.ofAtto(1));
    }

    /**
     * What a proven sector locks: twenty days' expected reward and a share of 30% of the circulating supply, at most 1 FIL
     * for 32 GiB of power.
     *
     * @param epochsSinceRampStart epochs since FIP-0081's ramp began; negative before
     * @param rampDuration epochs of the ramp; 0 or 1 where a network had none
     */
    public TokenAmount initialPledge(
            BigInteger power,
            BigInteger baselinePower,
            TokenAmount circulatingSupply,
            long epochsSinceRampStart,
            long rampDuration) {
        var storage = expectedReward(power, PROJECTION).max(TokenAmount.ofAtto(1));
        long simple = simplePermille(epochsSinceRampStart, rampDuration);
        var lockTarget =
                circulatingSupply.atto().multiply(BigInteger.valueOf(3)).multiply(power);
        var network = networkPower.estimate().max(power);
        var additional = perMille(lockTarget, 1000 - simple, network.max(baselinePower))
                .add(perMille(lockTarget, simple, network));
        return storage.plus(new TokenAmount(additional)).min(new TokenAmount(MAX_PLEDGE_PER_BYTE.multiply(power)));
    }

    private static long simplePermille(long epochsSinceRampStart, long rampDuration) {
        if (epochsSinceRampStart < 0) {
            return 0;
        }
        if (rampDuration == 0 || epochsSinceRampStart >= rampDuration) {
            return SIMPLE_PLEDGE_PERMILLE;
        }
        return epochsSinceRampStart * SIMPLE_PLEDGE_PERMILLE / rampDuration;
    }

    /** {@code lockTarget} is in tenths, as 30% of the supply is reckoned by 3 over 10. */
    private static BigInteger perMille(BigInteger lockTarget, long permille, BigInteger power) {
        return lockTarget.multiply(BigInteger.valueOf(permille)).divide(power.multiply(BigInteger.valueOf(10_000)));
    }

    /** The fee for one more day of a known fault: 3.51 days' expected reward. */
    public TokenAmount continuedFaultPenalty(BigInteger power) {
        return expectedReward(power, CONTINUED_FAULT_PROJECTION);
    }

    /** What a successful dispute of a window proof costs. */
    public TokenAmount invalidWindowPoStPenalty(BigInteger power) {
        return expectedReward(power, INVALID_POST_PROJECTION).plus(DISPUTE_PENALTY);
    }

    /** What a consensus fault costs, by the reward of the epoch. */
    public static TokenAmount consensusFaultPenalty(TokenAmount epochReward) {
        return epochReward.times(CONSENSUS_FAULT_FACTOR).dividedBy(EXPECTED_LEADERS);
    }

    /**
     * What ending a sector early costs (FIP-0098): 8.5% of its pledge, reached evenly over 140 days, but never less than 2% of
     * the pledge or 105% of the fault fee.
     *
     * @param ageEpochs epochs since activation
     * @param faultFee {@link #continuedFaultPenalty} of the sector
     */
    public static TokenAmount terminationPenalty(TokenAmount initialPledge, long ageEpochs, TokenAmount faultFee) {
        var full = initialPledge.times(85).dividedBy(1000);
        var ramped = full.times(ageEpochs).dividedBy(TERMINATION_LIFETIME_CAP);
        var least =
                initialPledge.times(2).dividedBy(100).max(faultFee.times(105).dividedBy(100));
        return ramped.min(full).max(least);
    }

    /** The fee a sector pays every day (FIP-0100). */
    public static TokenAmount dailyFee(TokenAmount circulatingSupply, BigInteger power) {
        return new TokenAmount(circulatingSupply
                .atto()
                .multiply(DAILY_FEE_NUMERATOR)
                .multiply(power)
                .divide(DAILY_FEE_DENOMINATOR));
    }
}
