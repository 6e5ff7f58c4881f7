package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.market.retrieve.DagLinks.Part;
import io.adit.market.retrieve.ResponseFormat.Scope;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Visits the blocks of a DAG depth first, parents before children, children in link order. Holds one block and the links
 * still to follow; a node's last link is followed without keeping the node, so that chains of any length pass.
 */
final class DagWalk implements AutoCloseable {
    private final StoredBlocks blocks;
    private final boolean duplicates;
    private final int maxLinks;
    private final SeenBlocks seen;
    private final WalkMemory.Share memory;
    private final Deque<Frame> path = new ArrayDeque<>();
    /** Nodes of which only the links into the range were followed, while duplicates are left out. */
    private final Set<Cid> halfFollowed = new HashSet<>();

    private int waiting;

    /** Receives each block to send, in order. */
    @FunctionalInterface
    interface Visitor {
        void visit(Cid cid, StoredBlocks.Place place) throws IOException;
    }

    /**
     * How far a walk goes below the end of a path.
     *
     * @param range bytes of the file to keep to; only with the scope ENTITY
     * @param fileSize bytes of the whole file; with a range only
     */
    record Extent(Scope scope, Optional<ByteRange> range, long fileSize) {
        /**
         * What a format takes in of an entity.
         *
         * @throws RefusedException when it names bytes of a file that are all behind its end
         */
        static Extent of(ResponseFormat.Car format, Cid end, StoredBlocks.Place place) throws IOException {
            var size = format.bytes().isEmpty() ? OptionalLong.empty() : DagLinks.fileSize(end, place);
            if (size.isEmpty()) {
                return new Extent(format.scope(), Optional.empty(), 0);
            }
            var range = format.bytes().flatMap(bytes -> bytes.within(size.getAsLong()));
            return new Extent(range.isPresent() ? Scope.ENTITY : Scope.BLOCK, range, size.getAsLong());
        }
    }

    /** Links to follow; of a file of which a range is walked, with what they hold. */
    private static final class Frame {
        private final List<Cid> links;
        private final List<Part> parts;
        private int next;

        Frame(List<Cid> links, List<Part> parts) {
            this.links = links;
            this.parts = parts;
        }

        int size() {
            return links.size() + parts.size();
        }
    }

    DagWalk(StoredBlocks blocks, boolean duplicates, RetrievalLimits limits, WalkMemory memory) {
        this.blocks = blocks;
        this.duplicates = duplicates;
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

    /** Visits the root and what the extent takes in below it. */
    void visitAll(Cid root, Extent extent, Visitor visitor) throws IOException {
        if (extent.range().isPresent()) {
            follow(new Part(root, 0, extent.fileSize()), extent.range().get(), visitor);
        } else {
            follow(root, extent.scope(), visitor);
        }
        while (!path.isEmpty()) {
            var frame = path.peek();
            int next = frame.next++;
            waiting--;
            if (frame.next == frame.size()) {
                path.pop();
                memory.giveBack(frame.size() * WalkMemory.LINK);
            }
            if (extent.range().isPresent()) {
                follow(frame.parts.get(next), extent.range().get(), visitor);
            } else {
                follow(frame.links.get(next), extent.scope(), visitor);
            }
        }
    }

    private void follow(Cid cid, Scope scope, Visitor visitor) throws IOException {
        // A block that was sent was followed too, so with duplicates left out nothing below it is due again.
        if (!isDue(cid)) {
            return;
        }
        var place = send(cid, visitor);
        if (!DagLinks.isLeaf(cid.codec()) && scope != Scope.BLOCK) {
            push(new Frame(DagLinks.within(scope, cid, place.read()), List.of()));
        }
    }

    /** A node at the edge of the range was not followed whole: what is below it may still be due where it comes again. */
    private void follow(Part part, ByteRange range, Visitor visitor) throws IOException {
        var cid = part.cid();
        boolean due = isDue(cid);
        boolean leaf = DagLinks.isLeaf(cid.codec());
        boolean whole = part.isWithin(range);
        if (!due && (leaf || (whole && !halfFollowed.remove(cid)))) {
            return;
        }
        var place = due ? send(cid, visitor) : find(cid);
        if (leaf) {
            return;
        }
        if (due && !whole && !duplicates) {
            memory.take(WalkMemory.LINK);
            halfFollowed.add(cid);
        }
        push(new Frame(List.of(), DagLinks.within(range, part, place.read())));
    }

    private void push(Frame frame) {
        if (frame.size() == 0) {
            return;
        }
        waiting += frame.size();
        if (waiting > maxLinks) {
            throw new RefusedException(
                    RefusalCode.UNSUPPORTED, "more than " + maxLinks + " links wait to be followed", "");
        }
        memory.take(frame.size() * WalkMemory.LINK);
        path.push(frame);
    }

    @Override
    public void close() {
        memory.close();
    }

    private boolean isDue(Cid cid) {
        return duplicates || seen.add(cid);
    }

    private StoredBlocks.Place send(Cid cid, Visitor visitor) throws IOException {
        var place = find(cid);
        // Inline blocks travel inside their CIDs.
        if (cid.multihash().code() != Multihash.IDENTITY) {
            visitor.visit(cid, place);
        }
        return place;
    }

    private StoredBlocks.Place find(Cid cid) throws IOException {
        return blocks.find(cid)
                .orElseThrow(() ->
                        new RefusedException(RefusalCode.NOT_FOUND, "the block " + cid + " is not stored here", ""));
    }
}
