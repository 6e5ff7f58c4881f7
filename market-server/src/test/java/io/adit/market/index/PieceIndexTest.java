package io.adit.market.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Multihash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceIndexTest {
    @TempDir
    private Path directory;

    private final Random random = new Random(11);

    @Test
    void findsEveryBlockOfEveryPiece_afterReopening() {
        var blocks = new ArrayList<List<IndexedBlock>>();
        try (var index = PieceIndex.open(directory)) {
            for (int piece = 0; piece < 3; piece++) {
                blocks.add(randomBlocks(20_000));
                assertThat(index.index(piece(piece), blocks.get(piece).iterator()))
                        .isEqualTo(20_000);
            }
        }

        try (var index = PieceIndex.open(directory)) {
            for (int piece = 0; piece < 3; piece++) {
                for (var block : blocks.get(piece)) {
                    assertThat(index.lookup(block.multihash()))
                            .containsExactly(new BlockLocation(piece(piece), block.offset(), block.length()));
                }
            }
            assertThat(index.lookup(Multihash.sha256Of(new byte[] {1}))).isEmpty();
        }
    }

    @Test
    void namesEveryPiece_whenOneBlockIsInSeveral() {
        var shared = new IndexedBlock(Multihash.sha256Of(new byte[] {7}), 59, 1);
        try (var index = PieceIndex.open(directory)) {
            index.index(piece(1), List.of(shared).iterator());
            index.index(
                    piece(2),
                    List.of(new IndexedBlock(shared.multihash(), 99, 1)).iterator());

            assertThat(index.lookup(shared.multihash()))
                    .containsExactly(new BlockLocation(piece(1), 59, 1), new BlockLocation(piece(2), 99, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1000})
    void aDamagedDatabase_isSetAside_moreThanOnce(int left) throws IOException {
        for (int round = 0; round < 2; round++) {
            var blocks = randomBlocks(5000);
            try (var index = PieceIndex.open(directory)) {
                index.index(piece(1), blocks.iterator());
                assertThat(index.isIndexed(piece(1))).isTrue();
            }
            damage(directory.resolve("db"), left);

            try (var index = PieceIndex.open(directory)) {
                assertThat(index.find(piece(1))).isEmpty();
                assertThat(index.lookup(blocks.getFirst().multihash())).isEmpty();
            }
            assertThat(directory.resolve("db-damaged")).isNotEmptyDirectory();
        }
    }

    /** Cuts the tables short; removes them where nothing is to be left. */
    private static void damage(Path database, int left) throws IOException {
        try (var files = Files.list(database)) {
            for (var file :
                    files.filter(name -> name.toString().endsWith(".sst")).toList()) {
                if (left < 0) {
                    Files.delete(file);
                } else {
                    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), left));
                }
            }
        }
    }

    @Test
    void tellsHashFunctionsApart_whenDigestsAreEqual() {
        var digest = new byte[32];
        random.nextBytes(digest);
        try (var index = PieceIndex.open(directory)) {
            index.index(
                    piece(1),
                    List.of(new IndexedBlock(Multihash.of(Multihash.SHA2_256, digest), 1, 2))
                            .iterator());

            assertThat(index.lookup(Multihash.of(Multihash.BLAKE2B_256, digest)))
                    .isEmpty();
            assertThat(index.lookup(Multihash.of(Multihash.SHA2_256, digest))).hasSize(1);
        }
    }

    @Test
    void showsNothing_whenIndexingBrokeOff_andEverythingAfterDoingItAgain() {
        var blocks = randomBlocks(100);
        try (var index = PieceIndex.open(directory)) {
            assertThatThrownBy(() -> index.index(piece(1), failingAfter(blocks, 60)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(index.isIndexed(piece(1))).isFalse();
            assertThat(index.lookup(blocks.getFirst().multihash())).isEmpty();

            assertThat(index.index(piece(1), blocks.iterator())).isEqualTo(100);
            assertThat(index.index(piece(1), blocks.iterator())).isZero();
            assertThat(index.lookup(blocks.getLast().multihash())).hasSize(1);
        }
    }

    @Test
    void forgetsAPiece_whenRemoved() {
        var blocks = randomBlocks(10);
        try (var index = PieceIndex.open(directory)) {
            index.index(piece(1), blocks.iterator());
            index.remove(piece(1));

            assertThat(index.isIndexed(piece(1))).isFalse();
            assertThat(index.lookup(blocks.getFirst().multihash())).isEmpty();
        }
    }

    @Test
    void leavesIdentityHashesOut() {
        try (var index = PieceIndex.open(directory)) {
            var inline = new IndexedBlock(Multihash.of(Multihash.IDENTITY, new byte[] {1, 2}), 10, 2);
            assertThat(index.index(piece(1), List.of(inline).iterator())).isZero();
            assertThat(index.isIndexed(piece(1))).isTrue();
        }
    }

    private List<IndexedBlock> randomBlocks(int count) {
        var blocks = new ArrayList<IndexedBlock>(count);
        for (int i = 0; i < count; i++) {
            var digest = new byte[32];
            random.nextBytes(digest);
            blocks.add(new IndexedBlock(
                    Multihash.of(Multihash.SHA2_256, digest), random.nextLong(1L << 35), random.nextInt(1 << 21)));
        }
        return blocks;
    }

    private static Iterator<IndexedBlock> failingAfter(List<IndexedBlock> blocks, int good) {
        var inner = blocks.iterator();
        return new Iterator<>() {
            private int taken;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public IndexedBlock next() {
                if (taken++ == good) {
                    throw new IllegalStateException("the disk went away");
                }
                return inner.next();
            }
        };
    }

    private static Commitment piece(int number) {
        return Commitment.of(ByteBuffer.allocate(32).putInt(28, number).array());
    }
}
