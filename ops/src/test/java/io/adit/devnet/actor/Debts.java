package io.adit.devnet.actor;

import io.adit.core.fil.TokenAmount;

/** Puts a miner into fee debt, which otherwise takes months of missed proofs. */
public final class Debts {
    private Debts() {}

    /** From the next block on the miner owes this much. */
    public static void owe(StateTree tree, long miner, TokenAmount debt) {
        tree.write(miner, MinerState.class).feeDebt = debt.atto();
    }
}
