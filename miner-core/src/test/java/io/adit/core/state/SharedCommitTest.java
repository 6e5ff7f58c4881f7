package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

@Timeout(120)
class SharedCommitTest {
    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private SharedCommit commit;
    private Handle reader;

    @SuppressWarnings("NullAway.Init") // set up before every test
    SharedCommitTest() {}

    @BeforeEach
    void open() {
        var jdbi =
                Jdbi.create(SqliteDatabase.source(folder.resolve("shared.db"), SQLiteConfig.TransactionMode.IMMEDIATE));
        jdbi.useHandle(handle -> {
            handle.execute("CREATE TABLE word (text TEXT PRIMARY KEY)");
            handle.execute("CREATE TABLE about (word TEXT REFERENCES word (text) DEFERRABLE INITIALLY DEFERRED)");
        });
        commit = new SharedCommit(jdbi.open());
        reader = jdbi.open();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        reader.close();
        commit.close(handle -> {});
    }

    @Test
    void commitsOnce_whateverWaited() throws Exception {
        var all = together(IntStream.range(0, 20)
                .mapToObj(number -> (Work) handle -> insert(handle, "word " + number))
                .toList());

        for (var one : all) {
            one.get();
        }
        assertThat(commit.commits()).isEqualTo(1);
        assertThat(words()).hasSize(21);
    }

    @Test
    void bounds_whatWaitsForOneCommit() throws Exception {
        int most = SharedCommit.MOST;
        var all = together(IntStream.range(0, most)
                .mapToObj(number -> (Work) handle -> insert(handle, "word " + number))
                .toList());

        for (var one : all) {
            one.get();
        }
        assertThat(commit.commits()).isEqualTo(2);
        assertThat(words()).hasSize(most + 1);
    }

    @Test
    void takesBackOnlyWhatThrew() throws Exception {
        var all = together(List.of(
                handle -> insert(handle, "one"),
                handle -> {
                    insert(handle, "half");
                    throw new IllegalStateException("no more");
                },
                handle -> insert(handle, "two")));

        all.get(0).get();
        all.get(2).get();
        assertThatThrownBy(() -> all.get(1).get())
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("no more");
        assertThat(words()).containsExactlyInAnyOrder("first", "one", "two");
    }

    @Test
    void tellsEveryone_whenTheCommitFails() throws Exception {
        var all = together(List.of(
                handle -> insert(handle, "one"),
                handle -> handle.execute("INSERT INTO about (word) VALUES ('nobody said so')")));

        for (var one : all) {
            assertThatThrownBy(one::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(JdbiException.class);
        }
        assertThat(words()).isEmpty();
        commit.write(handle -> insert(handle, "after"));
        assertThat(words()).containsExactly("after");
    }

    @Test
    void tellsEveryone_whenTheDatabaseTookAllBack() throws Exception {
        var all = together(List.of(
                handle -> insert(handle, "one"),
                handle -> handle.execute("INSERT OR ROLLBACK INTO word (text) VALUES ('first')")));

        for (var one : all) {
            assertThatThrownBy(one::get).isInstanceOf(ExecutionException.class);
        }
        commit.write(handle -> insert(handle, "after"));
        assertThat(words()).containsExactly("after");
    }

    private interface Work {
        int on(Handle handle);
    }

    /** One that writes "first" and holds the connection until the others wait, in their order; they are answered. */
    private List<Future<Integer>> together(List<Work> others) {
        var holds = new CountDownLatch(1);
        var first = threads.submit(() -> commit.write(handle -> {
            int rows = insert(handle, "first");
            holds.countDown();
            waitFor(mayGoOn);
            return rows;
        }));
        waitFor(holds);
        var all = new ArrayList<Future<Integer>>();
        for (var other : others) {
            all.add(threads.submit(() -> commit.write(other::on)));
            await().until(() -> commit.waiting() == all.size());
        }
        assertThat(words()).isEmpty();
        assertThat(first.isDone()).isFalse();
        mayGoOn.countDown();
        return all;
    }

    private static int insert(Handle handle, String word) {
        return handle.execute("INSERT INTO word (text) VALUES (?)", word);
    }

    private List<String> words() {
        return reader.createQuery("SELECT text FROM word").mapTo(String.class).list();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
