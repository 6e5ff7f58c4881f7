package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.TokenAmount;
import io.adit.core.time.Timeline;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;

/** The base fees of the last epochs, read from the chain once and then kept up. */
final class BaseFeeHistory {
    private final FullNode node;
    private final Lock lock;
    private final TreeMap<Long, TokenAmount> fees = new TreeMap<>();

    BaseFeeHistory(FullNode node, Timeline timeline) {
        this.node = node;
        this.lock = timeline.newLock();
    }

    /** The base fee that was not exceeded in so many of a hundred of the last epochs that have tipsets. */
    TokenAmount percentile(TipSet head, BaseFeeWait wait) {
        lock.lock();
        try {
            long oldest = Math.max(0, head.height().value() - wait.epochs());
            readDownTo(oldest, head);
            fees.headMap(oldest, false).clear();
            var sorted = fees.values().stream().sorted().toList();
            int rank = (int) Math.ceil(sorted.size() * wait.percentile() / 100.0);
            return sorted.get(Math.clamp(rank - 1, 0, sorted.size() - 1));
        } finally {
            lock.unlock();
        }
    }

    /**
     * From the head down to what is known, all of it or nothing: what a walk that broke off has read would end the next one before
     * the gap. A reorganisation changes base fees too little to read all of them again.
     */
    private void readDownTo(long oldest, TipSet head) {
        var read = new TreeMap<Long, TokenAmount>();
        var tipSet = head;
        while (tipSet.height().value() > oldest
                && !fees.containsKey(tipSet.height().value())) {
            read.put(tipSet.height().value(), tipSet.parentBaseFee());
            tipSet = node.chainGetTipSet(tipSet.parents());
        }
        read.put(head.height().value(), head.parentBaseFee());
        fees.putAll(read);
    }
}
