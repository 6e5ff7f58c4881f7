package io.adit.chain.head;

import io.adit.chain.type.TipSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One move of the head.
 *
 * @param head the head now
 * @param reverted tipsets that left the chain, newest first
 * @param applied tipsets that joined it, oldest first; the last one is the head, unless the head only went back
 * @param complete false when the follower could not connect the old head with the new one, because it was away for
 *     longer than finality: then tipsets may be missing before the first one of {@code applied}
 */
public record HeadUpdate(TipSet head, List<TipSet> reverted, List<TipSet> applied, boolean complete) {

    public HeadUpdate {
        reverted = List.copyOf(reverted);
        applied = List.copyOf(applied);
    }

    /** This move and the next one as a single move: what came and went in between is left out. */
    HeadUpdate then(HeadUpdate next) {
        var left = new ArrayList<>(reverted);
        var joined = new ArrayList<>(applied);
        for (var tipSet : next.reverted) {
            if (!joined.isEmpty() && joined.getLast().key().equals(tipSet.key())) {
                joined.removeLast();
            } else {
                left.add(tipSet);
            }
        }
        joined.addAll(next.applied);
        var remaining = new ArrayDeque<>(joined);
        while (!left.isEmpty()
                && !remaining.isEmpty()
                && left.getLast().key().equals(remaining.getFirst().key())) {
            left.removeLast();
            remaining.removeFirst();
        }
        return new HeadUpdate(next.head, left, List.copyOf(remaining), complete && next.complete);
    }
}
