package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.state.ForwardingStateStore;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.state.TestPostgres;
import io.adit.core.state.Tx;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RefusedSectorsTest {
    private static final long PERIOD = 60;
    private static final ProvingWindow FIRST =
            new ProvingWindow(7, new Epoch(100), new Epoch(160), new Epoch(80), new Epoch(30));
    private static final ProvingWindow SECOND = FIRST.later(PERIOD);
    private static final ProvingWindow THIRD = SECOND.later(PERIOD);

    @TempDir
    Path directory;

    @Test
    void refusedTwice_waitsForTwoWindows_andProvenOnceForNone() {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            new RefusedSectors(store).made(BitField.of(1, 2), BitField.EMPTY, FIRST);
            assertThat(notYet(store, SECOND)).isEqualTo(BitField.EMPTY);

            new RefusedSectors(store).made(BitField.of(1, 2), BitField.EMPTY, SECOND);
            assertThat(notYet(store, THIRD)).isEqualTo(BitField.of(1, 2));
            assertThat(notYet(store, THIRD.later(PERIOD))).isEqualTo(BitField.EMPTY);

            new RefusedSectors(store).made(BitField.EMPTY, BitField.of(2), THIRD);
            assertThat(notYet(store, THIRD)).isEqualTo(BitField.of(1));
        }
    }

    @Test
    void refusedAgainForOneWindow_countsOnce() {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            var refused = new RefusedSectors(store);
            refused.made(BitField.of(1), BitField.EMPTY, FIRST);
            refused.made(BitField.of(1), BitField.EMPTY, FIRST);
            assertThat(notYet(store, SECOND)).isEqualTo(BitField.EMPTY);
        }
    }

    private static BitField notYet(StateStore store, ProvingWindow window) {
        return new RefusedSectors(store).notYet(BitField.of(1, 2), window, PERIOD);
    }

    /** Two partitions' proofs that end at one time: PostgreSQL lets the second read what the first is about to replace. */
    @Test
    void noRefusalIsLost_whenAnotherPartitionsIsNotedMeanwhile() throws Exception {
        String url = TestPostgres.freshDatabase();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                var store = SqlStateStore.postgres(url, "postgres", "postgres");
                var slow = new SlowToCommit(SqlStateStore.postgres(url, "postgres", "postgres"))) {
            new RefusedSectors(store).made(BitField.of(1, 2), BitField.EMPTY, FIRST);

            var first = CompletableFuture.runAsync(
                    () -> new RefusedSectors(slow).made(BitField.of(2), BitField.EMPTY, SECOND), threads);
            assertThat(slow.written.await(60, TimeUnit.SECONDS)).isTrue();
            var second = CompletableFuture.runAsync(
                    () -> new RefusedSectors(store).made(BitField.of(1), BitField.EMPTY, SECOND), threads);
            await().atMost(Duration.ofSeconds(60)).until(() -> somebodyWaits(url));
            slow.mayCommit.countDown();
            CompletableFuture.allOf(first, second).get(60, TimeUnit.SECONDS);

            assertThat(notYet(store, THIRD)).isEqualTo(BitField.of(1, 2));
        }
    }

    /** Whether a transaction waits for what another has written and not yet committed. */
    private static boolean somebodyWaits(String url) throws SQLException {
        try (var connection = DriverManager.getConnection(url, "postgres", "postgres");
                var statement = connection.createStatement();
                var waiting = statement.executeQuery("SELECT 1 FROM pg_locks WHERE NOT granted")) {
            return waiting.next();
        }
    }

    /** The real store, whose transactions stay open after their work until they may commit. */
    private static final class SlowToCommit extends ForwardingStateStore {
        private final CountDownLatch written = new CountDownLatch(1);
        private final CountDownLatch mayCommit = new CountDownLatch(1);

        SlowToCommit(StateStore store) {
            super(store);
        }

        @Override
        public <T> T transact(Function<Tx, T> work) {
            return super.transact(tx -> {
                T result = work.apply(tx);
                written.countDown();
                try {
                    assertThat(mayCommit.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return result;
            });
        }
    }
}
