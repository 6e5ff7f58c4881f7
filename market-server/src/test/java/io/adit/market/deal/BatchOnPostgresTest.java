package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.error.AditException;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateErrorCode;
import io.adit.core.state.StateStore;
import io.adit.core.state.TestPostgres;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskPriority;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL lets two transactions read the same deals; only one of them may put them into a batch. */
@Timeout(120)
class BatchOnPostgresTest {
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(2, 2);

    @TempDir
    Path folder;

    // The common pool may have one thread only, and two must run here.
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private String url;
    private StateStore one;
    private StateStore other;

    @SuppressWarnings("NullAway.Init") // set up before every test
    BatchOnPostgresTest() {}

    @BeforeEach
    void connect() {
        url = TestPostgres.freshDatabase();
        one = SqlStateStore.postgres(url, "postgres", "postgres");
        other = SqlStateStore.postgres(url, "postgres", "postgres");
        one.transactVoid(tx -> {
            insert(tx, FIRST, 1);
            insert(tx, SECOND, 2);
        });
    }

    @AfterEach
    void disconnect() {
        threads.shutdownNow();
        one.close();
        other.close();
    }

    @Test
    void claimsDealsOnce_whenTwoTransactionsRunSideBySide() throws Exception {
        var firstCommit = commit(one, FIRST);
        var secondCommit = commit(other, SECOND);
        var formed = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var first = CompletableFuture.runAsync(
                () -> one.transactVoid(tx -> {
                    firstCommit.accept(tx);
                    formed.countDown();
                    waitFor(mayCommit);
                }),
                threads);
        formed.await();
        // Reads the deals as not claimed, then waits for the first transaction's row locks.
        var second = CompletableFuture.runAsync(() -> other.transactVoid(secondCommit), threads);
        await().until(() -> waitingForRows() > 0);
        mayCommit.countDown();
        first.get();

        assertThatThrownBy(second::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        AditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(StateErrorCode.STATE_STALE_RECORD));
        List<Task> batches = one.read(tx -> tx.tasks().listKind(PublishTask.KIND));
        assertThat(batches)
                .singleElement()
                .satisfies(task -> assertThat(PublishBatch.of(task).deals()).containsExactlyInAnyOrder(FIRST, SECOND));
    }

    @Test
    void whoClearsAPieceKeepsItsRow_alsoWhereThereWasNone() throws Exception {
        var files = new PieceFiles(folder);
        Files.write(files.part(FIRST), TestDeals.data(1, 900));
        var deals = new StoredDeals(Clock.systemUTC());
        one.transactVoid(tx -> deals.fail(tx, FIRST, "it came to nothing"));
        var deal = one.read(tx -> StoredDeals.get(tx, FIRST));
        files.keep(files.part(FIRST), deal.piece());
        var formed = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        try (var index = PieceIndex.open(folder.resolve("index"))) {
            var task = new ClearTask(
                    one,
                    files,
                    new Indexing(one, new PieceIndexer(index)),
                    DealBench.settings(folder, Duration.ZERO, 8));
            Task stored = one.read(tx -> tx.tasks().find(ClearTask.KIND, FIRST.toString()))
                    .orElseThrow();
            var clearing = ((Outcome.Done) task.run(stored, new Context())).commit();
            var first = CompletableFuture.runAsync(
                    () -> one.transactVoid(tx -> {
                        clearing.accept(tx);
                        formed.countDown();
                        waitFor(mayCommit);
                    }),
                    threads);
            formed.await();
            // As a deal with the same data does that found the file just before.
            var row = new PieceRecord(
                    deal.piece().commP(),
                    deal.piece().size(),
                    900,
                    Optional.empty(),
                    Optional.of(folder.resolve("gone")),
                    false,
                    Instant.EPOCH,
                    Instant.EPOCH,
                    0);
            var second = CompletableFuture.supplyAsync(
                    () -> other.transact(tx -> tx.pieces().insertIfAbsent(row)), threads);
            await().until(() -> waitingForRows() > 0);
            mayCommit.countDown();
            first.get();

            assertThat(second.get()).isFalse();
            assertThat(files.find(deal.piece())).isEmpty();
        }
    }

    private static Consumer<Tx> commit(StateStore store, UUID deal) {
        var task = new BatchTask(store, new StoredDeals(Clock.systemUTC()), Duration.ZERO, 8);
        store.transactVoid(
                tx -> tx.tasks().enqueue(new NewTask(BatchTask.KIND, deal.toString(), "{}", TaskPriority.DEAL)));
        Task stored = store.read(tx -> tx.tasks().find(BatchTask.KIND, deal.toString()))
                .orElseThrow();
        return ((Outcome.Done) task.run(stored, new Context())).commit();
    }

    private static void insert(Tx tx, UUID uuid, int seed) {
        var params = TestDeals.params(uuid, TestDeals.data(seed, 900), "http://127.0.0.1:1/a");
        tx.deals().insert(DealDesk.record(params, Instant.EPOCH).withCheckpoint(DealCheckpoint.Transferred));
    }

    private long waitingForRows() throws SQLException {
        try (var connection = DriverManager.getConnection(url, "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Context implements TaskContext {
        @Override
        public boolean stillOwned() {
            return true;
        }

        @Override
        public void progress(String words) {}

        @Override
        public Instant now() {
            return Instant.now();
        }
    }
}
