package io.adit.devnet.actor;

import io.adit.core.fil.Address;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.devnet.policy.Economics;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** The state before the first epoch: system actors, a rich faucet, and the two miners that make the devnet's blocks. */
public final class Genesis {
    /** The miner that makes every ordinary block. */
    public static final long PRODUCER = 1000;
    /** The miner that makes the first block of a fork, so that its tickets differ. */
    public static final long FORK_PRODUCER = 1001;
    /** The account from which control clients are given money. */
    public static final long FAUCET = 100;

    private static final long PRODUCER_WORKER = 101;
    private static final long FIRST_FREE_ID = 1002;
    private static final BigInteger FAUCET_BALANCE =
            BigInteger.valueOf(500_000_000L).multiply(Economics.ATTO);
    private static final BigInteger REWARD_BALANCE =
            BigInteger.valueOf(1_100_000_000L).multiply(Economics.ATTO);

    private Genesis() {}

    /** Whether a miner is one of the devnet's own. */
    public static boolean isProducer(long miner) {
        return miner == PRODUCER || miner == FORK_PRODUCER;
    }

    /** attoFIL in circulation at genesis. */
    public static BigInteger supply() {
        return FAUCET_BALANCE;
    }

    /**
     * Builds the tree.
     *
     * @param chain the policy, at epoch 0
     * @param faucet key address of the faucet
     * @param producerWorker BLS address with which both producers sign
     */
    public static StateTree build(ExecutionContext chain, SectorSize size, Address faucet, Address producerWorker) {
        var tree = new StateTree();
        put(tree, StateTree.SYSTEM, ActorType.SYSTEM, new ActorState.Empty(), BigInteger.ZERO);
        put(tree, StateTree.INIT, ActorType.INIT, new InitState(FIRST_FREE_ID), BigInteger.ZERO);
        put(tree, StateTree.REWARD, ActorType.REWARD, new RewardState(), REWARD_BALANCE);
        put(tree, StateTree.CRON, ActorType.CRON, new ActorState.Empty(), BigInteger.ZERO);
        put(tree, StateTree.POWER, ActorType.POWER, new PowerState(), BigInteger.ZERO);
        put(tree, StateTree.MARKET, ActorType.MARKET, new MarketState(), BigInteger.ZERO);
        put(tree, StateTree.VERIFIED_REGISTRY, ActorType.VERIFIED_REGISTRY, new ActorState.Empty(), BigInteger.ZERO);
        put(tree, StateTree.DATACAP, ActorType.DATACAP, new ActorState.Empty(), BigInteger.ZERO);
        put(tree, StateTree.BURNT_FUNDS, ActorType.ACCOUNT, new ActorState.Empty(), BigInteger.ZERO);
        account(tree, FAUCET, faucet, FAUCET_BALANCE);
        account(tree, PRODUCER_WORKER, producerWorker, BigInteger.ZERO);
        for (long producer : List.of(PRODUCER, FORK_PRODUCER)) {
            var state = PowerActor.newMiner(
                    chain,
                    producer,
                    RegisteredPoStProof.window(size),
                    PRODUCER_WORKER,
                    PRODUCER_WORKER,
                    new byte[0],
                    List.of());
            put(tree, producer, ActorType.MINER, state, BigInteger.ZERO);
            tree.write(StateTree.POWER, PowerState.class).register(producer);
        }
        return tree;
    }

    private static void put(StateTree tree, long id, ActorType type, ActorState state, BigInteger balance) {
        tree.put(id, new ActorEntry(type, state, 0, balance, Optional.empty()));
    }

    private static void account(StateTree tree, long id, Address key, BigInteger balance) {
        tree.put(id, new ActorEntry(ActorType.ACCOUNT, new ActorState.Empty(), 0, balance, Optional.of(key)));
    }
}
