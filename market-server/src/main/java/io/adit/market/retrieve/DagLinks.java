package io.adit.market.retrieve;

import io.adit.core.error.AditException;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.DagPb;
import io.adit.core.ipld.UnixFsException;
import io.adit.core.ipld.UnixFsNode;
import io.adit.market.retrieve.ResponseFormat.Scope;
import java.util.ArrayList;
import java.util.List;

/** The links that a walk follows out of a block. */
public final class DagLinks {
    private static final long CBOR = 0x51;
    private static final long JSON = 0x0200;
    /** A link in a sharded directory whose name is no longer than this leads to a shard, not to an entry. */
    private static final int SHARD_NAME = 2;

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
            var reader = new CborReader(block, CborLimits.ANY_KEY_ORDER);
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
        UnixFsNode.Type type;
        try {
            type = UnixFsNode.decode(node.data().orElse(new byte[0])).type();
        } catch (UnixFsException e) {
            return List.of();
        }
        return switch (type) {
            case FILE, RAW -> node.links().stream().map(DagPb.Link::cid).toList();
            case HAMT_SHARD ->
                node.links().stream()
                        .filter(link -> link.name().length() <= SHARD_NAME)
                        .map(DagPb.Link::cid)
                        .toList();
            case DIRECTORY, SYMLINK, METADATA -> List.of();
        };
    }

    /** Recursion is bounded by the reader's depth limit. */
    private static void collect(CborReader reader, List<Cid> links) {
        switch (reader.peek()) {
            case TAG -> links.add(reader.cid());
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
