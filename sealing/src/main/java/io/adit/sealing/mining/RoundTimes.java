package io.adit.sealing.mining;

import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import java.time.Duration;
import java.time.Instant;

/**
 * When a round begins and ends by the clock. A block's time is its parents' time and a block delay for each epoch between
 * them, which is what every node checks. Its round begins when its parents have had time to come together (one epoch and
 * the propagation delay before the next round does), and is over when others choose theirs.
 */
record RoundTimes(Duration blockDelay, Duration propagationDelay) {

    /** The time of an epoch on top of this tipset; in block headers it stands in whole seconds. */
    Instant of(TipSet below, Epoch epoch) {
        return timeOf(below).plus(blockDelay.multipliedBy(epoch.minus(below.height())));
    }

    /** When the parents for this epoch's block are chosen. */
    Instant begin(TipSet below, Epoch epoch) {
        return of(below, epoch.minus(1)).plus(propagationDelay);
    }

    /** When the next round begins; a block of this one that is not out by then is left out by others. */
    Instant end(TipSet below, Epoch epoch) {
        return begin(below, epoch.plus(1));
    }

    /** The round that the clock is in; the first one above the head where that has not begun yet. */
    Epoch round(TipSet head, Instant now) {
        var since = Duration.between(timeOf(head).plus(propagationDelay), now);
        long over = since.isNegative() ? 0 : since.dividedBy(blockDelay);
        return head.height().plus(1 + over);
    }

    /** The epoch that the clock shows. */
    Epoch epoch(TipSet head, Instant now) {
        var since = Duration.between(timeOf(head), now);
        return head.height().plus(since.isNegative() ? 0 : since.dividedBy(blockDelay));
    }

    /** The earliest time that a block of the tipset names. */
    static Instant timeOf(TipSet tipSet) {
        return Instant.ofEpochSecond(tipSet.blocks().stream()
                .mapToLong(block -> block.timestamp())
                .min()
                .orElseThrow());
    }
}
