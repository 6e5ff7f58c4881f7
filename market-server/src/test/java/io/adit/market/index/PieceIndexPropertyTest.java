package io.adit.market.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Cases;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Multihash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The index against a map, under random histories of indexing, removing, refusing and reopening. */
class PieceIndexPropertyTest {
    private static final int PIECES = 5;
    private static final long[] CODES = {
        Multihash.SHA2_256, Multihash.BLAKE2B_256, Multihash.SHA2_512, Multihash.IDENTITY
    };

    @Test
    void answersAsAMapDoes() {
        Cases.repeat(25, given -> live(given.random()));
    }

    private static void live(Random random) throws IOException {
        var directory = Files.createTempDirectory("index-property");
        var blocks = blocks(random);
        var contents = contents(random, blocks);
        var indexed = new HashSet<Integer>();
        var index = PieceIndex.open(directory, 1 + random.nextInt(40));
        try {
            for (int step = 0; step < 30; step++) {
                int piece = random.nextInt(PIECES);
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        index.index(commP(piece), entries(contents.get(piece)).iterator());
                        indexed.add(piece);
                    }
                    case 2 -> {
                        index.remove(commP(piece));
                        indexed.remove(piece);
                    }
                    case 3 -> {
                        index.refuse(commP(piece), "because");
                        indexed.remove(piece);
                    }
                    default -> {
                        index.close();
                        index = PieceIndex.open(directory, 1 + random.nextInt(40));
                    }
                }
                agrees(index, blocks, contents, indexed);
            }
        } finally {
            index.close();
            delete(directory);
        }
    }

    private static void agrees(
            PieceIndex index,
            List<Multihash> blocks,
            List<Map<Multihash, IndexedBlock>> contents,
            Set<Integer> indexed) {
        for (var block : blocks) {
            var expected = new ArrayList<BlockLocation>();
            for (int piece : indexed) {
                var entry = contents.get(piece).get(block);
                if (entry != null && block.code() != Multihash.IDENTITY) {
                    expected.add(new BlockLocation(commP(piece), entry.offset(), entry.length()));
                }
            }
            assertThat(index.lookup(block)).containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(index.statistics().pieces()).isEqualTo(indexed.size());
    }

    /** Digests that share long prefixes, come under several functions and differ in length. */
    private static List<Multihash> blocks(Random random) {
        var blocks = new ArrayList<Multihash>();
        for (int i = 0; i < 60; i++) {
            var digest = new byte[random.nextInt(4) == 0 ? 1 + random.nextInt(63) : 32];
            digest[digest.length - 1] = (byte) random.nextInt(3);
            if (random.nextBoolean()) {
                digest[random.nextInt(digest.length)] = (byte) random.nextInt();
            }
            blocks.add(Multihash.of(CODES[random.nextInt(CODES.length)], digest));
        }
        return blocks;
    }

    private static List<Map<Multihash, IndexedBlock>> contents(Random random, List<Multihash> blocks) {
        var contents = new ArrayList<Map<Multihash, IndexedBlock>>();
        for (int piece = 0; piece < PIECES; piece++) {
            var content = new HashMap<Multihash, IndexedBlock>();
            for (var block : blocks) {
                if (random.nextInt(3) == 0) {
                    content.put(block, new IndexedBlock(block, random.nextLong(1L << 40), random.nextInt(1 << 23)));
                }
            }
            contents.add(content);
        }
        return contents;
    }

    private static List<IndexedBlock> entries(Map<Multihash, IndexedBlock> content) {
        return List.copyOf(content.values());
    }

    private static Commitment commP(int piece) {
        var bytes = new byte[Commitment.LENGTH];
        // The first byte of a row's key too: rows and CommPs must not be mistaken for one another.
        bytes[0] = 'o';
        bytes[31] = (byte) piece;
        return Commitment.of(bytes);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
