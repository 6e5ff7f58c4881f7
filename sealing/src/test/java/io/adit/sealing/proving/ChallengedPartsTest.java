package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.SectorSize;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is copied of sectors with several base trees, against the places that the library reads. They are worked out here as
 * merkletree 0.23.0 does, over a store of all rows: {@code get_merkle_tree_cache_size} says from which index on rows are in the
 * file, {@code gen_cached_sub_tree_proof} and {@code gen_cached_top_tree_proof} which base tree a leaf is of and that the root
 * of every base tree is read, {@code gen_cached_proof} which leaves of the replica rebuild the discarded rows, and
 * {@code gen_proof} which nodes are beside the way to the root.
 */
class ChallengedPartsTest {
    private static final int NODE = 32;
    private static final int BRANCHES = 8;

    /** {@code default_rows_to_discard}. */
    private static final int DISCARDED = 2;

    @TempDir
    Path directory;

    /** The place of a node in one of the files. */
    private record Place(Path file, long offset) {}

    private Path tree(long index) {
        return directory.resolve("sc-02-data-tree-r-last-" + index + ".dat");
    }

    private Path sealed() {
        return directory.resolve("sealed");
    }

    /** Every node that a proof of this leaf reads. */
    private List<Place> readFor(long leaf, long treeLeaves, long trees) {
        var places = new ArrayList<Place>();
        long total = 0;
        for (long width = treeLeaves; width >= 1; width /= BRANCHES) {
            total += width;
        }
        // The leaves and the rows above them that are not kept.
        long cacheStart = 0;
        long width = treeLeaves;
        for (int row = 0; row <= DISCARDED; row++) {
            cacheStart += width;
            width /= BRANCHES;
        }
        long tree = leaf / treeLeaves;
        long inside = leaf % treeLeaves;
        long segment = treeLeaves / width;
        long first = inside / segment * segment;
        for (long one = first; one < first + segment; one++) {
            places.add(new Place(sealed(), (tree * treeLeaves + one) * NODE));
        }
        long base = 0;
        long node = inside;
        long rowWidth = treeLeaves;
        while (base + 1 < total) {
            long group = node / BRANCHES * BRANCHES;
            for (long beside = group; beside < group + BRANCHES; beside++) {
                if (base + beside >= cacheStart) {
                    places.add(new Place(tree(tree), (base + beside - cacheStart) * NODE));
                }
            }
            base += rowWidth;
            rowWidth /= BRANCHES;
            node /= BRANCHES;
        }
        for (long one = 0; one < trees; one++) {
            places.add(new Place(tree(one), (total - 1 - cacheStart) * NODE));
        }
        return places;
    }

    private static void length(Path file, long bytes) throws IOException {
        try (var opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(bytes);
        }
    }

    private static byte[] mark(Place place) {
        return ByteBuffer.allocate(NODE)
                .putLong(1 + place.offset())
                .putInt(place.file().getFileName().toString().hashCode())
                .array();
    }

    private static byte[] read(Path file, long offset) throws IOException {
        byte[] node = new byte[NODE];
        try (var opened = new RandomAccessFile(file.toFile(), "r")) {
            opened.seek(offset);
            opened.readFully(node);
        }
        return node;
    }

    @ParameterizedTest
    @CsvSource({"GIB_32,8", "GIB_64,16"})
    void everythingThatTheLibraryReadsIsCopied_whenASectorHasSeveralBaseTrees(SectorSize size, int trees)
            throws IOException {
        long leaves = size.bytes() / NODE;
        long treeLeaves = leaves / trees;
        assertThat(treeLeaves).isEqualTo(1L << 27);
        var challenged =
                List.of(0L, 7L, treeLeaves - 1, treeLeaves, 3 * treeLeaves + 123_456_789 % treeLeaves, leaves - 1);
        length(sealed(), size.bytes());
        for (int tree = 0; tree < trees; tree++) {
            // What a sealed 32 GiB sector has on mainnet.
            length(tree(tree), 9_586_976);
        }
        Files.write(directory.resolve("p_aux"), new byte[64]);
        Files.write(directory.resolve("t_aux"), new byte[100]);
        var places = challenged.stream()
                .flatMap(leaf -> readFor(leaf, treeLeaves, trees).stream())
                .distinct()
                .toList();
        for (Place place : places) {
            try (var opened = new RandomAccessFile(place.file().toFile(), "rw")) {
                opened.seek(place.offset());
                opened.write(mark(place));
            }
        }

        var cache = ChallengedParts.ofCache(directory, size, challenged);
        assertThat(cache.files()).hasSize(trees + 2);
        assertThat(cache.segmentLeaves()).isEqualTo(512);
        Path copies = Files.createDirectories(directory.resolve("copies"));
        for (var file : cache.files().entrySet()) {
            file.getValue().writeTo(copies.resolve(file.getKey()));
        }
        ChallengedParts.ofSealed(sealed(), size, challenged, cache.segmentLeaves())
                .writeTo(copies.resolve("sealed"));

        assertThat(places).hasSizeGreaterThan(2700);
        for (Place place : places) {
            Path copy = copies.resolve(place.file().getFileName());
            assertThat(Files.size(copy)).isEqualTo(Files.size(place.file()));
            assertThat(read(copy, place.offset())).as("%s", place).isEqualTo(mark(place));
        }
        assertThat(ChallengedParts.problem(directory, size)).isEmpty();
    }
}
