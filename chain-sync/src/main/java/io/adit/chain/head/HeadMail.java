package io.adit.chain.head;

import io.adit.chain.node.HeadChange;
import io.adit.chain.type.TipSetKey;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** What was heard of the head and is not followed yet: only the newest place to go to, and a bounded number of tipsets. */
final class HeadMail {
    private final KnownTipSets heard;
    private final Lock lock;
    private final Condition arrived;
    private Optional<TipSetKey> target = Optional.empty();

    HeadMail(int mostTipSets, Timeline timeline) {
        heard = new KnownTipSets(mostTipSets);
        lock = timeline.newLock();
        arrived = lock.newCondition();
    }

    void add(List<HeadChange> batch) {
        lock.lock();
        try {
            for (var change : batch) {
                heard.put(change.tipSet());
                target = Optional.of(
                        change.type() == HeadChange.Type.REVERT
                                ? change.tipSet().parents()
                                : change.tipSet().key());
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits so long for something to be heard; what was heard moves into {@code known}. Empty when nothing was. */
    Optional<TipSetKey> take(Duration patience, KnownTipSets known) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (target.isEmpty()) {
                if (left <= 0) {
                    return Optional.empty();
                }
                left = arrived.awaitNanos(left);
            }
            var newest = target;
            target = Optional.empty();
            heard.moveTo(known);
            return newest;
        } finally {
            lock.unlock();
        }
    }
}
