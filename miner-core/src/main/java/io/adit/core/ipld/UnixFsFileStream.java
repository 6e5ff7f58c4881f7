package io.adit.core.ipld;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** The bytes of a UnixFS file, depth first. Holds one block and the nodes above it. */
final class UnixFsFileStream extends InputStream {
    private static final int MAX_DEPTH = 32;

    private final UnixFsReader reader;
    private final Deque<Position> path = new ArrayDeque<>();
    private byte[] data = new byte[0];
    private int at;

    /** A node and the next of its children to visit. */
    private static final class Position {
        private final UnixFsReader.FileNode node;
        private int next;

        Position(UnixFsReader.FileNode node) {
            this.node = node;
        }
    }

    UnixFsFileStream(UnixFsReader reader, Cid root) throws IOException {
        this.reader = reader;
        enter(UnixFsReader.FileNode.read(root, reader.fetch(root)));
    }

    @Override
    public int read() throws IOException {
        return fill() ? data[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] out, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, data.length - at);
        System.arraycopy(data, at, out, offset, n);
        at += n;
        return n;
    }

    /** Passes over what is skipped without fetching the children that hold nothing else. */
    @Override
    public long skip(long count) throws IOException {
        long left = Math.max(0, count);
        while (true) {
            int here = (int) Math.min(left, data.length - at);
            at += here;
            left -= here;
            if (left == 0 || !hasNextChild()) {
                return Math.max(0, count) - left;
            }
            var parent = path.element();
            long child = parent.node.childSizes().get(parent.next);
            if (child <= left) {
                parent.next++;
                left -= child;
            } else {
                descend(parent);
            }
        }
    }

    private boolean fill() throws IOException {
        while (at == data.length) {
            if (!hasNextChild()) {
                return false;
            }
            descend(path.element());
        }
        return true;
    }

    /** Whether a child is left to visit, which then is the next of the last node in the path. */
    private boolean hasNextChild() {
        while (!path.isEmpty()
                && path.element().next == path.element().node.node().links().size()) {
            path.pop();
        }
        return !path.isEmpty();
    }

    private void descend(Position parent) throws IOException {
        int index = parent.next++;
        // Empty children add nothing, and visiting them would let a few small blocks cost unbounded time.
        if (parent.node.childSizes().get(index) == 0) {
            return;
        }
        var cid = parent.node.node().links().get(index).cid();
        var child = UnixFsReader.FileNode.read(cid, reader.fetch(cid));
        long stated = parent.node.childSizes().get(index);
        if (child.size() != stated) {
            throw new UnixFsException(cid + " has " + child.size() + " bytes where its parent states " + stated);
        }
        enter(child);
    }

    private void enter(UnixFsReader.FileNode node) {
        if (path.size() == MAX_DEPTH) {
            throw new UnixFsException("a file deeper than " + MAX_DEPTH + " levels");
        }
        path.push(new Position(node));
        data = node.data();
        at = 0;
    }
}
