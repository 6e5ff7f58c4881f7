package io.adit.devnet.actor;

import io.adit.chain.type.Sortition;
import java.math.BigInteger;

/**
 * The reward actor (f02), simplified: the reward of an epoch does not move, FIP-0118's streams are not modelled, and no penalty
 * is taken for messages that could not pay. The devnet's own producers stand for a whole network: their block earns the whole
 * epoch's reward and nothing of it vests. A provider's block earns a fifth of it for each win, as on a real network.
 */
final class RewardActor {
    private RewardActor() {}

    /**
     * Awards the producer of a block. {@code tips} are already on the reward actor's balance.
     *
     * @param wins of the block's election proof
     * @return what the producer was paid
     */
    static BigInteger award(Invocation in, long producer, long wins, BigInteger tips) {
        var tree = in.tree();
        var ofEpoch = tree.read(StateTree.REWARD, RewardState.class).thisEpochReward();
        var earned = Genesis.isProducer(producer)
                ? ofEpoch
                : ofEpoch.multiply(BigInteger.valueOf(wins)).divide(BigInteger.valueOf(Sortition.BLOCKS_PER_EPOCH));
        var mined = earned.min(tree.balance(StateTree.REWARD).subtract(tips)).max(BigInteger.ZERO);
        tree.write(StateTree.REWARD, RewardState.class).pay(mined);
        tree.transfer(StateTree.REWARD, producer, mined.add(tips));
        return mined.add(tips);
    }
}
