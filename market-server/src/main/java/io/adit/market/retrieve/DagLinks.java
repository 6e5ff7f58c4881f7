package io.adit.market.retrieve;

import io.adit.core.error.AditException;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.DagPb;
import io.adit.core.ipld.UnixFsDirectories;
import io.adit.core.ipld.UnixFsException;
import io.adit.core.ipld.UnixFsNode;
import io.adit.market.retrieve.ResponseFormat.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The links that a walk follows out of a block. */
public final class DagLinks {
    private static final long CBOR = 0x51;
    private static final long JSON = 0x0200;

    /** Out of one block, as with dag-pb; a link takes six bytes in it and some 200 on the heap. */
    private static final int MOST = 1 << 16;

    private DagLinks() {}

    /** Whether blocks of this codec never have links. */
    static boolean isLeaf(long codec) {
        return codec == Cid.RAW || codec == CBOR || codec == JSON;
    }

    /**
     * All links of a block, in the order they stand in it.
     *
     * @throws AditException when the block is malformed or of a codec that is not read here
     */
    static List<Cid> all(Cid cid, byte[] block) {
        if (isLeaf(cid.codec())) {
            return List.of();
        }
        if (cid.codec() == Cid.DAG_PB) {
            return DagPb.decode(block).links().stream().map(DagPb.Link::cid).toList();
        }
        if (cid.codec() == Cid.DAG_CBOR) {
            var links = new ArrayList<Cid>();
            var reader = new CborReader(block, CborLimits.UNCHECKED_KEYS);
            collect(reader, links);
            reader.end();
            return links;
        }
        throw new RefusedException(
                RefusalCode.UNSUPPORTED,
                "links of codec 0x" + Long.toHexString(cid.codec()) + " are not followed",
                "raw, dag-pb and dag-cbor; or dag-scope=block");
    }

    /** The links to follow to have a whole file; see {@link #within}. */
    public static List<Cid> entity(Cid cid, byte[] block) {
        return within(Scope.ENTITY, cid, block);
    }

    /**
     * The links to follow for a scope. An entity is a whole file, a directory without its entries (all shards of a
     * sharded one), or the block alone when it is not UnixFS (IPIP-402).
     */
    static List<Cid> within(Scope scope, Cid cid, byte[] block) {
        return switch (scope) {
            case BLOCK -> List.of();
            case ALL -> all(cid, block);
            case ENTITY -> cid.codec() == Cid.DAG_PB ? ofEntity(DagPb.decode(block)) : List.of();
        };
    }

    private static List<Cid> ofEntity(DagPb node) {
        var unixFs = unixFs(node);
        if (unixFs.isEmpty()) {
            return List.of();
        }
        return switch (unixFs.get().type()) {
            case FILE, RAW -> node.links().stream().map(DagPb.Link::cid).toList();
            case HAMT_SHARD -> {
                // A longer name is an entry's.
                int shardName = UnixFsDirectories.prefixLength(unixFs.get());
                yield node.links().stream()
                        .filter(link -> link.name().length() <= shardName)
                        .map(DagPb.Link::cid)
                        .toList();
            }
            case DIRECTORY, SYMLINK, METADATA -> List.of();
        };
    }

    private static Optional<UnixFsNode> unixFs(DagPb node) {
        try {
            return Optional.of(UnixFsNode.decode(node.data().orElse(new byte[0])));
        } catch (UnixFsException e) {
            return Optional.empty();
        }
    }

    /** How many bytes the file has whose root a block is; empty when it is no file's. */
    static OptionalLong fileSize(Cid cid, StoredBlocks.Place place) throws IOException {
        if (cid.codec() == Cid.RAW) {
            return OptionalLong.of(place.length());
        }
        if (cid.codec() != Cid.DAG_PB) {
            return OptionalLong.empty();
        }
        return unixFs(DagPb.decode(place.read()))
                .filter(UnixFsNode::isFile)
                .map(node -> OptionalLong.of(node.fileSize()))
                .orElse(OptionalLong.empty());
    }

    /**
     * A part of a file.
     *
     * @param first where its bytes begin in the file
     * @param end where they end: the first byte that is not one of them
     */
    record Part(Cid cid, long first, long end) {
        boolean touches(ByteRange range) {
            return first < range.first() + range.length() && end > range.first();
        }

        boolean isWithin(ByteRange range) {
            return first >= range.first() && end <= range.first() + range.length();
        }
    }

    /**
     * The parts below a part of a file that hold a byte of a range. Whatever sizes the block states, none reaches beyond
     * the part that it is below.
     *
     * @throws RefusedException when it does not state one size for each link
     */
    static List<Part> within(ByteRange range, Part part, byte[] block) {
        if (part.cid().codec() != Cid.DAG_PB) {
            return List.of();
        }
        var node = DagPb.decode(block);
        var unixFs = unixFs(node);
        if (unixFs.isEmpty() || unixFs.get().blockSizes().size() != node.links().size()) {
            throw new RefusedException(
                    RefusalCode.UNSUPPORTED,
                    "the file's node " + part.cid() + " does not say what each link holds",
                    "");
        }
        var parts = new ArrayList<Part>();
        long at = part.first() + Math.min(unixFs.get().data().length, part.end() - part.first());
        for (int i = 0; i < node.links().size(); i++) {
            long size = Math.clamp(unixFs.get().blockSizes().get(i), 0, part.end() - at);
            var below = new Part(node.links().get(i).cid(), at, at + size);
            at += size;
            // An empty part holds nothing that is asked for.
            if (size > 0 && below.touches(range)) {
                parts.add(below);
            }
        }
        return parts;
    }

    /** Recursion is bounded by the reader's depth limit. */
    private static void collect(CborReader reader, List<Cid> links) {
        switch (reader.peek()) {
            case TAG -> {
                if (links.size() == MOST) {
                    throw new RefusedException(
                            RefusalCode.UNSUPPORTED, "a block with more links than are followed", MOST + " links");
                }
                links.add(reader.cid());
            }
            case ARRAY -> {
                for (int left = reader.array(); left > 0; left--) {
                    collect(reader, links);
                }
            }
            case MAP -> {
                for (int left = reader.map(); left > 0; left--) {
                    reader.skip();
                    collect(reader, links);
                }
            }
            default -> reader.skip();
        }
    }
}
