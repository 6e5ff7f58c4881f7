package io.adit.chain.head;

import io.adit.chain.node.HeadChange;
import io.adit.chain.type.TipSetKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What was heard of the head and is not followed yet: only the newest place to go to, and a bounded number of tipsets. */
final class HeadMail {
    private final KnownTipSets heard;
    private Optional<TipSetKey> target = Optional.empty();

    HeadMail(int mostTipSets) {
        heard = new KnownTipSets(mostTipSets);
    }

    synchronized void add(List<HeadChange> batch) {
        for (var change : batch) {
            heard.put(change.tipSet());
            target = Optional.of(
                    change.type() == HeadChange.Type.REVERT
                            ? change.tipSet().parents()
                            : change.tipSet().key());
        }
        notifyAll();
    }

    /** Waits so long for something to be heard; what was heard moves into {@code known}. Empty when nothing was. */
    synchronized Optional<TipSetKey> take(Duration patience, KnownTipSets known) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (target.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        var newest = target;
        target = Optional.empty();
        heard.moveTo(known);
        return newest;
    }
}
