package io.adit.core.ipld;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads files and plain directories out of a UnixFS graph (<a href="https://specs.ipfs.tech/unixfs/">specification</a>).
 * Every block is checked against its CID. For sharded directories see {@link UnixFsDirectories}.
 */
public final class UnixFsReader {
    private final BlockSource blocks;

    public UnixFsReader(BlockSource blocks) {
        this.blocks = blocks;
    }

    /** How many bytes the file has. */
    public long size(Cid file) throws IOException {
        return FileNode.read(file, fetch(file)).size();
    }

    /**
     * The file's bytes, fetched block by block as they are read.
     *
     * @throws UnixFsException here or when reading, if a block is missing or malformed, or sizes do not agree
     */
    public InputStream open(Cid file) throws IOException {
        return new UnixFsFileStream(this, file);
    }

    /** Whether the CID is a directory. */
    public boolean isDirectory(Cid cid) throws IOException {
        return cid.codec() == Cid.DAG_PB
                && unixFs(DagPb.decode(fetch(cid)), cid).type() == UnixFsNode.Type.DIRECTORY;
    }

    /** The entries of a directory in their order. */
    public Map<String, Cid> list(Cid directory) throws IOException {
        requireDagPb(directory);
        var node = DagPb.decode(fetch(directory));
        var type = unixFs(node, directory).type();
        if (type != UnixFsNode.Type.DIRECTORY) {
            throw new UnixFsException(directory + " is " + type + ", not a plain directory");
        }
        var entries = new LinkedHashMap<String, Cid>();
        for (var link : node.links()) {
            if (entries.putIfAbsent(link.name(), link.cid()) != null) {
                throw new UnixFsException(directory + " has the entry \"" + link.name() + "\" twice");
            }
        }
        return entries;
    }

    /** Follows a path such as {@code a/b.txt} from a root; empty when an entry is not there. */
    public Optional<Cid> resolve(Cid root, String path) throws IOException {
        var at = root;
        for (var name : path.split("/")) {
            if (name.isEmpty()) {
                continue;
            }
            var next = Optional.ofNullable(list(at).get(name));
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get();
        }
        return Optional.of(at);
    }

    byte[] fetch(Cid cid) throws IOException {
        var hash = cid.multihash();
        if (hash.code() == Multihash.IDENTITY) {
            return hash.digest();
        }
        var data = blocks.get(cid).orElseThrow(() -> new UnixFsException("the block " + cid + " is missing"));
        if (!hash.canVerify() || !hash.matches(data)) {
            throw new UnixFsException("the block " + cid + " does not hash to its CID");
        }
        return data;
    }

    static UnixFsNode unixFs(DagPb node, Cid cid) {
        return UnixFsNode.decode(node.data().orElseThrow(() -> new UnixFsException(cid + " has no UnixFS data")));
    }

    private static void requireDagPb(Cid cid) {
        if (cid.codec() != Cid.DAG_PB) {
            throw new UnixFsException(cid + " is not dag-pb");
        }
    }

    /**
     * A part of a file: bytes of its own, then children.
     *
     * @param size bytes of the whole part
     */
    record FileNode(byte[] data, DagPb node, List<Long> childSizes, long size) {
        static FileNode read(Cid cid, byte[] block) {
            if (cid.codec() == Cid.RAW) {
                return new FileNode(block, new DagPb(List.of(), Optional.empty()), List.of(), block.length);
            }
            requireDagPb(cid);
            var node = DagPb.decode(block);
            var unixFs = unixFs(node, cid);
            if (!unixFs.isFile()) {
                throw new UnixFsException(cid + " is " + unixFs.type() + ", not a file");
            }
            if (unixFs.blockSizes().size() != node.links().size()) {
                throw new UnixFsException(cid + " has " + node.links().size() + " links and states "
                        + unixFs.blockSizes().size() + " sizes");
            }
            var read = new FileNode(unixFs.data(), node, unixFs.blockSizes(), unixFs.fileSize());
            if (read.sum(cid) != read.size) {
                throw new UnixFsException(cid + " states " + read.size + " bytes but its parts have " + read.sum(cid));
            }
            return read;
        }

        /** Own bytes and children's. */
        private long sum(Cid cid) {
            long sum = data.length;
            for (long child : childSizes) {
                if (child > Long.MAX_VALUE - sum) {
                    throw new UnixFsException(cid + " states more than 2^63 - 1 bytes");
                }
                sum += child;
            }
            return sum;
        }
    }
}
