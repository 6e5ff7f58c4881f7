package io.adit.sealing.proving;

import io.adit.core.fil.SectorSize;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Reads, of one sector's files, what opening the challenged leaves needs and nothing else: the leaves with those that are
 * hashed with them, and the kept nodes of {@code tree-r-last} on the way to the root. That is some 200 KiB of a sector of
 * 32 GiB.
 *
 * <p>Source: {@code gen_cached_proof} and {@code LevelCacheStore} of merkletree 0.23.0. A base tree has eight branches a
 * node; its file holds the rows above the discarded ones, lowest first, the root last. How many rows are discarded is a
 * setting of the sealing machine, so it is read off the length of the file. Sectors of 32 and 64 GiB have 8 and 16 base
 * trees, each over its part of the replica.
 */
final class ChallengedParts {

    private static final String LAST_TREE = "sc-02-data-tree-r-last";
    private static final int NODE = ChallengedLeaves.LEAF_BYTES;
    private static final int BRANCHES = 8;
    private static final int BRANCH_BITS = 3;

    /** {@code p_aux}: comm_c and comm_r_last. */
    private static final int AUX = 2 * NODE;

    /** {@code t_aux} has some kilobytes. */
    private static final int MOST_AUX = 1 << 20;

    /** A tree file that is no longer is read whole. */
    private static final int SMALL_TREE = 32 << 10;

    private ChallengedParts() {}

    /**
     * What was read of a cache directory.
     *
     * @param files by name
     * @param segmentLeaves leaves that must be read together to rebuild the discarded rows below one kept node
     */
    record Cache(Map<String, SparseCopy> files, long segmentLeaves) {}

    /** Reads the cache's part. Blocks on its disk. */
    static Cache ofCache(Path directory, SectorSize size, List<Long> leaves) throws IOException {
        var files = new LinkedHashMap<String, SparseCopy>();
        for (String name : List.of("p_aux", "t_aux")) {
            Path file = directory.resolve(name);
            if (!Files.exists(file)) {
                throw new IOException("its cache has no " + name);
            }
            SparseCopy copy = SparseCopy.whole(file, MOST_AUX);
            if (copy.length() == 0) {
                throw new IOException("its cache's " + name + " is empty");
            }
            files.put(name, copy);
        }
        List<String> trees = trees(size);
        long treeLeaves = treeLeaves(size);
        long segment = 0;
        for (int tree = 0; tree < trees.size(); tree++) {
            String name = trees.get(tree);
            int index = tree;
            var inside = leaves.stream()
                    .filter(leaf -> leaf / treeLeaves == index)
                    .map(leaf -> leaf % treeLeaves)
                    .toList();
            Path file = directory.resolve(name);
            if (!Files.exists(file)) {
                throw new IOException("its cache has no " + name);
            }
            try (var channel = FileChannel.open(file)) {
                long length = channel.size();
                long kept = keptLeaves(length, treeLeaves).orElseThrow(() -> new IOException(notATree(name, length)));
                segment = treeLeaves / kept;
                files.put(name, tree(channel, file, kept, segment, inside));
            }
        }
        return new Cache(files, segment);
    }

    /**
     * Looks at the files of a cache directory without reading them: all base trees are there, whole, and made alike, and so is
     * {@code p_aux}. Blocks on its disk.
     *
     * @return what is wrong, in words
     */
    static Optional<String> problem(Path directory, SectorSize size) throws IOException {
        Path aux = directory.resolve("p_aux");
        if (!Files.exists(aux)) {
            return Optional.of("its cache has no p_aux");
        }
        if (Files.size(aux) != AUX) {
            return Optional.of("its cache's p_aux has " + Files.size(aux) + " bytes instead of " + AUX);
        }
        long first = 0;
        for (String name : trees(size)) {
            Path file = directory.resolve(name);
            if (!Files.exists(file)) {
                return Optional.of("its cache has no " + name);
            }
            long length = Files.size(file);
            if (keptLeaves(length, treeLeaves(size)).isEmpty()) {
                return Optional.of(notATree(name, length));
            }
            first = first == 0 ? length : first;
            if (length != first) {
                return Optional.of("its cache's " + name + " has " + length + " bytes, another tree has " + first);
            }
        }
        return Optional.empty();
    }

    /** The files of the kept trees, one for each base tree (the library's {@code split_config}). */
    static List<String> trees(SectorSize size) {
        int trees = baseTrees(size);
        return trees == 1
                ? List.of(LAST_TREE + ".dat")
                : IntStream.range(0, trees)
                        .mapToObj(tree -> LAST_TREE + "-" + tree + ".dat")
                        .toList();
    }

    private static long treeLeaves(SectorSize size) {
        return size.bytes() / NODE / baseTrees(size);
    }

    private static String notATree(String name, long length) {
        return "its cache's " + name + " has " + length + " bytes, which is no tree of this sector";
    }

    /** Reads the replica's part. Blocks on its disk. */
    static SparseCopy ofSealed(Path sealed, SectorSize size, List<Long> leaves, long segmentLeaves) throws IOException {
        try (var channel = FileChannel.open(sealed)) {
            long length = channel.size();
            if (length != size.bytes()) {
                throw new IOException("its sealed file has " + length + " bytes instead of " + size.bytes());
            }
            var offsets = leaves.stream()
                    .map(leaf -> leaf / segmentLeaves * segmentLeaves * NODE)
                    .toList();
            return SparseCopy.blocks(channel, sealed, length, Math.toIntExact(segmentLeaves * NODE), offsets);
        }
    }

    /** The nodes beside each way from a leaf to the root, row by row. */
    private static SparseCopy tree(FileChannel channel, Path file, long kept, long segment, List<Long> leaves)
            throws IOException {
        long length = channel.size();
        if (length <= SMALL_TREE) {
            return SparseCopy.blocks(channel, file, length, SMALL_TREE, List.of(0L));
        }
        var groups = new ArrayList<Long>();
        for (long leaf : leaves) {
            long row = 0;
            long node = leaf / segment;
            for (long width = kept; width > 1; width /= BRANCHES) {
                groups.add((row + node / BRANCHES * BRANCHES) * NODE);
                row += width;
                node >>= BRANCH_BITS;
            }
        }
        groups.add(length - NODE);
        return SparseCopy.blocks(channel, file, length, BRANCHES * NODE, groups);
    }

    /** The width of the lowest row that a tree file of this length holds. */
    private static OptionalLong keptLeaves(long length, long treeLeaves) {
        long nodes = 0;
        for (long width = 1; width < treeLeaves; width *= BRANCHES) {
            nodes += width;
            if (nodes * NODE == length) {
                return OptionalLong.of(width);
            }
        }
        return OptionalLong.empty();
    }

    private static int baseTrees(SectorSize size) {
        return switch (size) {
            case KIB_2, MIB_8, MIB_512 -> 1;
            case GIB_32 -> BRANCHES;
            case GIB_64 -> 2 * BRANCHES;
        };
    }
}
