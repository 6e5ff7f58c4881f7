package io.adit.core.ipld;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Builds the balanced graph of a file from its leaves, from left to right. At most {@code maxLinks} links wait at each
 * level; every leaf ends up at the same depth, as boxo and helia do it.
 */
final class UnixFsBuilder {
    private final UnixFsOptions options;
    private final Sink sink;
    private final List<List<Child>> levels = new ArrayList<>();
    private boolean anyLeaf;

    /** Where finished blocks go, children before parents. */
    interface Sink {
        long write(Block block) throws IOException;
    }

    /**
     * A finished subtree.
     *
     * @param totalSize bytes of all blocks in it
     * @param fileSize bytes of file in it
     */
    private record Child(Cid cid, long totalSize, long fileSize) {}

    UnixFsBuilder(UnixFsOptions options, Sink sink) {
        this.options = options;
        this.sink = sink;
        levels.add(new ArrayList<>());
    }

    void leaf(byte[] chunk) throws IOException {
        anyLeaf = true;
        var block = Block.raw(chunk);
        sink.write(block);
        add(0, new Child(block.cid(), chunk.length, chunk.length));
    }

    /** Closes what is open and returns the root. */
    Cid finish() throws IOException {
        if (!anyLeaf) {
            leaf(new byte[0]);
        }
        for (int level = 0; ; level++) {
            var open = levels.get(level);
            boolean top = level == levels.size() - 1;
            if (top && open.size() == 1) {
                return wrap(open.getFirst());
            }
            if (!open.isEmpty()) {
                close(level);
            }
        }
    }

    private void add(int level, Child child) throws IOException {
        var open = levels.get(level);
        // A full level is closed only when one more comes, so that the last full node can be the root.
        if (open.size() == options.maxLinks()) {
            close(level);
        }
        levels.get(level).add(child);
    }

    private void close(int level) throws IOException {
        var open = levels.get(level);
        var links = open.stream()
                .map(child -> new DagPb.Link(child.cid(), "", child.totalSize()))
                .toList();
        var unixFs = UnixFsNode.file(open.stream().map(Child::fileSize).toList());
        var block = Block.dagPb(new DagPb(links, Optional.of(unixFs.encode())).encode());
        sink.write(block);
        long below = open.stream().mapToLong(Child::totalSize).sum();
        var child = new Child(block.cid(), block.data().length + below, unixFs.fileSize());
        open.clear();
        if (level + 1 == levels.size()) {
            levels.add(new ArrayList<>());
        }
        add(level + 1, child);
    }

    private Cid wrap(Child file) throws IOException {
        if (options.directoryEntry().isEmpty()) {
            return file.cid();
        }
        var link = new DagPb.Link(file.cid(), options.directoryEntry().get(), file.totalSize());
        var data = UnixFsNode.directory().encode();
        var block = Block.dagPb(new DagPb(List.of(link), Optional.of(data)).encode());
        sink.write(block);
        return block.cid();
    }
}
