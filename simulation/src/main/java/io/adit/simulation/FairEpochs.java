package io.adit.simulation;

import java.util.BitSet;

/**
 * The epochs in which nothing stood between a provider and the chain: it ran, a node answered it truthfully, fees were
 * within its limits, no message was lost, and no reorg took the epoch back.
 */
final class FairEpochs {
    private final BitSet unfair = new BitSet();
    private long until;

    void pass(long epoch, boolean fair) {
        if (!fair) {
            unfair.set((int) epoch);
        }
        until = Math.max(until, epoch + 1);
    }

    /** Whatever was true of these epochs, a reorg has made it void. */
    void takeBack(long from, long to) {
        unfair.set((int) Math.max(0, from), (int) to + 1);
    }

    /** Length of the longest run of fair epochs between these two, the second not included. */
    long longestRun(long from, long to) {
        long longest = 0;
        long run = 0;
        for (long epoch = from; epoch < Math.min(to, until); epoch++) {
            run = unfair.get((int) epoch) ? 0 : run + 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
