package io.adit.devnet.actor;

import io.adit.chain.actor.FilterEstimate;
import io.adit.core.ipld.CborWriter;
import java.math.BigInteger;

/**
 * The reward actor, simplified: the reward of an epoch and the baseline do not move, so that the formulas which multiply by
 * them see the figures of a young network.
 */
public final class RewardState implements ActorState {
    /** 36.266260308195979333 FIL, the first epoch's reward of specs-actors. */
    private static final BigInteger REWARD = new BigInteger("36266260308195979333");

    private static final BigInteger BASELINE = new BigInteger("2888888880000000000");

    private BigInteger paid;

    public RewardState() {
        this(BigInteger.ZERO);
    }

    private RewardState(BigInteger paid) {
        this.paid = paid;
    }

    public FilterEstimate smoothed() {
        return FilterEstimate.constant(REWARD);
    }

    public BigInteger thisEpochReward() {
        return REWARD;
    }

    public BigInteger baselinePower() {
        return BASELINE;
    }

    /** All rewards paid so far, attoFIL. */
    public BigInteger paid() {
        return paid;
    }

    void pay(BigInteger amount) {
        paid = paid.add(amount);
    }

    @Override
    public RewardState copy() {
        return new RewardState(paid);
    }

    @Override
    public void encode(CborWriter writer) {
        writer.array(1).bytes(paid.toByteArray());
    }
}
