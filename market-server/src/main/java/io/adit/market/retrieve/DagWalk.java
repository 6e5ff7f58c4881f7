package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Visits the blocks of a DAG depth first, parents before children, children in link order. Holds one block and the links
 * still to follow; a node's last link is followed without keeping the node, so that chains of any length pass.
 */
final class DagWalk implements AutoCloseable {
    private final StoredBlocks blocks;
    private final ResponseFormat.Car format;
    private final int maxLinks;
    private final SeenBlocks seen;
    private final WalkMemory.Share memory;
    private final Deque<Frame> path = new ArrayDeque<>();
    private int waiting;

    /** Receives each block to send, in order. */
    @FunctionalInterface
    interface Visitor {
        void visit(Cid cid, StoredBlocks.Place place) throws IOException;
    }

    private static final class Frame {
        private final List<Cid> links;
        private int next;

        Frame(List<Cid> links) {
            this.links = links;
        }
    }

    DagWalk(StoredBlocks blocks, ResponseFormat.Car format, RetrievalLimits limits, WalkMemory memory) {
        this.blocks = blocks;
        this.format = format;
        this.maxLinks = limits.maxLinks();
        this.memory = memory.share();
        this.seen = new SeenBlocks(limits.maxSeenBlocks(), this.memory);
    }

    /** Visits one block and nothing below it. */
    void visitOne(Cid cid, Visitor visitor) throws IOException {
        if (isDue(cid)) {
            send(cid, visitor);
        }
    }

    /** Visits the root and what the format's scope takes in below it. */
    void visitAll(Cid root, Visitor visitor) throws IOException {
        follow(root, visitor);
        while (!path.isEmpty()) {
            var frame = path.peek();
            var cid = frame.links.get(frame.next++);
            waiting--;
            if (frame.next == frame.links.size()) {
                path.pop();
                memory.giveBack(frame.links.size() * WalkMemory.LINK);
            }
            follow(cid, visitor);
        }
    }

    private void follow(Cid cid, Visitor visitor) throws IOException {
        if (!isDue(cid)) {
            return;
        }
        var place = send(cid, visitor);
        if (DagLinks.isLeaf(cid.codec()) || format.scope() == ResponseFormat.Scope.BLOCK) {
            return;
        }
        var links = DagLinks.within(format.scope(), cid, place.read());
        if (links.isEmpty()) {
            return;
        }
        waiting += links.size();
        if (waiting > maxLinks) {
            throw new RefusedException(
                    RefusalCode.UNSUPPORTED, "more than " + maxLinks + " links wait to be followed", "");
        }
        memory.take(links.size() * WalkMemory.LINK);
        path.push(new Frame(links));
    }

    @Override
    public void close() {
        memory.close();
    }

    /** A block that was sent was followed too, so with duplicates left out nothing below it is due again. */
    private boolean isDue(Cid cid) {
        return format.duplicates() || seen.add(cid);
    }

    private StoredBlocks.Place send(Cid cid, Visitor visitor) throws IOException {
        var place = blocks.find(cid)
                .orElseThrow(() ->
                        new RefusedException(RefusalCode.NOT_FOUND, "the block " + cid + " is not stored here", ""));
        // Inline blocks travel inside their CIDs.
        if (cid.multihash().code() != Multihash.IDENTITY) {
            visitor.visit(cid, place);
        }
        return place;
    }
}
