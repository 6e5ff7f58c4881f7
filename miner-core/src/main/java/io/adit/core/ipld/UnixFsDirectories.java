package io.adit.core.ipld;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds and lists the entries of directories, plain and sharded ones
 * (<a href="https://specs.ipfs.tech/unixfs/">specification</a>). Every block is checked against its CID.
 */
public final class UnixFsDirectories {
    /** The hash that names an entry's way has 64 bits, and each shard takes one at least. */
    private static final int HASH_BITS = 64;
    /** Boxo's limit; writers use a quarter of it. */
    private static final long MAX_FANOUT = 1024;

    private static final long USUAL_FANOUT = 256;
    /** What file systems take, and what kubo writes. */
    private static final int MAX_NAME = 255;

    private final UnixFsReader reader;

    public UnixFsDirectories(BlockSource blocks) {
        this.reader = new UnixFsReader(blocks);
    }

    /**
     * An entry that was found.
     *
     * @param shards the blocks on the way to it below the directory's own, in order; none for plain directories
     */
    public record Found(List<Cid> shards, Cid cid) {
        public Found {
            shards = List.copyOf(shards);
        }
    }

    /**
     * An entry of a listing.
     *
     * @param totalSize bytes of all blocks below it, as the directory states them
     */
    public record Entry(String name, Cid cid, long totalSize) {}

    /**
     * Finds an entry by its name.
     *
     * @throws UnixFsException when a block is missing or malformed, or it is no directory
     */
    public Optional<Found> find(Cid directory, String name) throws IOException {
        var node = node(directory);
        var unixFs = UnixFsReader.unixFs(node, directory);
        if (unixFs.type() == UnixFsNode.Type.HAMT_SHARD) {
            return findSharded(directory, node, unixFs, name);
        }
        requireDirectory(directory, unixFs);
        return node.links().stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .map(link -> new Found(List.of(), link.cid()));
    }

    /**
     * The first {@code most} entries; in the order of their names for plain directories that are well formed, in that of
     * the hashes of names for sharded ones. They take no more memory than their number of names of 255 bytes.
     *
     * @throws UnixFsException when a block is missing or malformed, or it is no directory; when a name has more than 255
     *     bytes, or a shard is there twice, which no names can hash to
     */
    public List<Entry> list(Cid directory, int most) throws IOException {
        var listing = new Listing(most);
        listing.collect(directory, node(directory), 0);
        return listing.entries;
    }

    /** How many characters of a link's name in a shard are its place; the rest is the entry's name. */
    public static int prefixLength(UnixFsNode shard) {
        long fanout = shard.sharding().fanout();
        return Long.toHexString((fanout < 2 ? USUAL_FANOUT : fanout) - 1).length();
    }

    private Optional<Found> findSharded(Cid directory, DagPb root, UnixFsNode rootData, String name)
            throws IOException {
        long hash = Murmur3.hash64(name.getBytes(StandardCharsets.UTF_8));
        var shards = new ArrayList<Cid>();
        var at = directory;
        var node = root;
        var unixFs = rootData;
        int used = 0;
        while (true) {
            int bits = bits(at, unixFs);
            if (used + bits > HASH_BITS) {
                throw new UnixFsException(directory + " is sharded deeper than the hash of a name reaches");
            }
            long place = hash << used >>> (HASH_BITS - bits);
            used += bits;
            var next = child(node, prefix(unixFs, place), name);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get().cid();
            if (next.get().name().length() > prefixLength(unixFs)) {
                return Optional.of(new Found(shards, at));
            }
            shards.add(at);
            node = node(at);
            unixFs = shard(at, node);
        }
    }

    /** The shard at a place, or the entry itself. */
    private static Optional<DagPb.Link> child(DagPb node, String prefix, String name) {
        return node.links().stream()
                .filter(link -> link.name().equals(prefix) || link.name().equals(prefix + name))
                .findFirst();
    }

    /** A listing while it is made. */
    private final class Listing {
        private final int most;
        private final List<Entry> entries = new ArrayList<>();
        private final Set<Cid> shards = new HashSet<>();

        Listing(int most) {
            this.most = most;
        }

        void collect(Cid cid, DagPb node, int used) throws IOException {
            var unixFs = UnixFsReader.unixFs(node, cid);
            boolean sharded = unixFs.type() == UnixFsNode.Type.HAMT_SHARD;
            if (!sharded) {
                requireDirectory(cid, unixFs);
            }
            int below = sharded ? used + bits(cid, unixFs) : HASH_BITS;
            int prefix = sharded ? prefixLength(unixFs) : 0;
            for (var link : node.links()) {
                if (entries.size() == most) {
                    return;
                }
                if (link.name().length() < prefix) {
                    throw new UnixFsException("the shard " + cid + " has a link without a place");
                }
                if (!sharded || link.name().length() > prefix) {
                    entries.add(new Entry(name(cid, link, prefix), link.cid(), link.totalSize()));
                } else {
                    descend(link.cid(), below);
                }
            }
        }

        private String name(Cid directory, DagPb.Link link, int prefix) {
            int characters = link.name().length() - prefix;
            if (characters > MAX_NAME
                    || link.name().substring(prefix).getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
                throw new UnixFsException(
                        directory + " has a name of more than " + MAX_NAME + " bytes: " + characters + " characters");
            }
            return link.name().substring(prefix);
        }

        private void descend(Cid cid, int used) throws IOException {
            // A shard below another one has two entries at least, or it would not be there.
            if (used >= HASH_BITS || !shards.add(cid) || shards.size() > most) {
                throw new UnixFsException(
                        cid + " is a shard too many, too deep or again, for the entries that there are");
            }
            var child = node(cid);
            shard(cid, child);
            collect(cid, child, used);
        }
    }

    private DagPb node(Cid cid) throws IOException {
        if (cid.codec() != Cid.DAG_PB) {
            throw new UnixFsException(cid + " is not dag-pb");
        }
        return DagPb.decode(reader.fetch(cid));
    }

    private static UnixFsNode shard(Cid cid, DagPb node) {
        var unixFs = UnixFsReader.unixFs(node, cid);
        if (unixFs.type() != UnixFsNode.Type.HAMT_SHARD) {
            throw new UnixFsException(cid + " is " + unixFs.type() + ", not a shard");
        }
        return unixFs;
    }

    private static void requireDirectory(Cid cid, UnixFsNode unixFs) {
        if (unixFs.type() != UnixFsNode.Type.DIRECTORY) {
            throw new UnixFsException(cid + " is " + unixFs.type() + ", not a directory");
        }
    }

    /** Bits of a name's hash that a shard uses. */
    private static int bits(Cid cid, UnixFsNode shard) {
        var sharding = shard.sharding();
        long fanout = sharding.fanout();
        if (sharding.hash() != Murmur3.CODE || fanout < 2 || fanout > MAX_FANOUT || Long.bitCount(fanout) != 1) {
            throw new UnixFsException("the shard " + cid + " spreads names by function 0x"
                    + Long.toHexString(sharding.hash()) + " over " + fanout + " places, where murmur3-x64-64 and a "
                    + "power of two up to " + MAX_FANOUT + " are read");
        }
        return Long.numberOfTrailingZeros(fanout);
    }

    private static String prefix(UnixFsNode shard, long place) {
        var hex = Long.toHexString(place).toUpperCase(Locale.ROOT);
        return "0".repeat(prefixLength(shard) - hex.length()) + hex;
    }
}
