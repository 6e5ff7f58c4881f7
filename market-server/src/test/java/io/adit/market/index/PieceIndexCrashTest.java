package io.adit.market.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Multihash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills a process that indexes, opens its index again and indexes the piece to its end. */
class PieceIndexCrashTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"index.sorted:1", "index.sorted:3", "index.run:1", "index.run:5", "index.ingested:1"})
    void indexesThePieceWhole_afterAKillAt(String point) throws Exception {
        var child = child("ADIT_KILL_AT", point);

        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(137);
        finishesAfterwards();
    }

    @Test
    void indexesThePieceWhole_afterAKillAtAnyTime() throws Exception {
        var child = child("ADIT_KILL_AT", "");
        // The first line says that it has begun; how far it gets from there is chance, and all of it must be right.
        assertThat(child.inputReader().readLine()).isEqualTo("begun");
        child.waitFor(new Random(4).nextInt(300), TimeUnit.MILLISECONDS);
        child.destroyForcibly().waitFor();

        finishesAfterwards();
    }

    private void finishesAfterwards() throws IOException {
        try (var index = PieceIndex.open(directory)) {
            var found = Child.blocks();
            boolean done = index.isIndexed(Child.PIECE);
            if (!done) {
                assertThat(index.lookup(found.getFirst().multihash())).isEmpty();
                assertThat(index.statistics().unfinished()).isLessThanOrEqualTo(1);
            }
            assertThat(index.index(Child.PIECE, found.iterator())).isEqualTo(done ? 0 : found.size());
            for (var block : found) {
                assertThat(index.lookup(block.multihash()))
                        .containsExactly(new BlockLocation(Child.PIECE, block.offset(), block.length()));
            }
            assertThat(index.statistics().entries()).isEqualTo(found.size());
        }
        try (var runs = Files.list(directory.resolve("runs"))) {
            assertThat(runs).isEmpty();
        }
    }

    private Process child(String variable, String value) throws IOException {
        var builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                directory.toString()));
        builder.environment().put(variable, value);
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** The process that is killed. */
    static final class Child {
        static final Commitment PIECE = Commitment.of(new byte[32]);

        private Child() {}

        static List<IndexedBlock> blocks() {
            var random = new Random(9);
            return random.ints(30_000).mapToObj(offset -> block(random, offset)).toList();
        }

        private static IndexedBlock block(Random random, int offset) {
            var digest = new byte[32];
            random.nextBytes(digest);
            return new IndexedBlock(
                    Multihash.of(Multihash.SHA2_256, digest), offset & Integer.MAX_VALUE, random.nextInt(1 << 20));
        }

        public static void main(String[] arguments) {
            System.out.println("begun");
            try (var index = PieceIndex.open(Path.of(arguments[0]), 4000)) {
                index.index(PIECE, blocks().iterator());
            }
        }
    }
}
