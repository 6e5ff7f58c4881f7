package io.adit.devnet.node;

import io.adit.chain.node.HeadChange;
import io.adit.devnet.chain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The way from one head to another over their last common ancestor.
 *
 * @param reverted the first head first
 * @param applied the new head last
 */
record HeadMove(List<Link> reverted, List<Link> applied) {

    static HeadMove between(Link from, Link to) {
        var reverted = new ArrayList<Link>();
        var applied = new ArrayList<Link>();
        var left = from;
        var right = to;
        while (left != right) {
            if (left.height() >= right.height()) {
                reverted.add(left);
                left = left.parent().orElseThrow();
            } else {
                applied.addFirst(right);
                right = right.parent().orElseThrow();
            }
        }
        return new HeadMove(List.copyOf(reverted), List.copyOf(applied));
    }

    boolean isNone() {
        return reverted.isEmpty() && applied.isEmpty();
    }

    /** As ChainNotify tells it. */
    List<HeadChange> changes() {
        return Stream.concat(
                        reverted.stream().map(link -> new HeadChange(HeadChange.Type.REVERT, link.tipSet())),
                        applied.stream().map(link -> new HeadChange(HeadChange.Type.APPLY, link.tipSet())))
                .toList();
    }
}
