package io.adit.devnet.actor;

import java.math.BigInteger;

/** The reward actor (f02), simplified: each epoch pays the block's producer a fixed reward and its tips, nothing vests. */
final class RewardActor {
    private RewardActor() {}

    /** Awards the producer of a block. {@code tips} are already on the reward actor's balance. */
    static void award(Invocation in, long producer, BigInteger tips) {
        var tree = in.tree();
        var reward = tree.read(StateTree.REWARD, RewardState.class).thisEpochReward();
        var mined = reward.min(tree.balance(StateTree.REWARD).subtract(tips)).max(BigInteger.ZERO);
        tree.write(StateTree.REWARD, RewardState.class).pay(mined);
        tree.transfer(StateTree.REWARD, producer, mined.add(tips));
    }
}
