package io.adit.simulation;

import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The real SQL state, opened once and emptied between runs: making its schema anew for every seed would cost more than
 * the run. It lies in memory where the system has a file system for that, since a crash of the machine is not part of the
 * story.
 */
final class RunStore implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path directory;
    private final SqlStateStore store;
    private final Connection connection;
    private InstantSource clock = InstantSource.system();

    RunStore() throws IOException, SQLException {
        directory = Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "adit-sim")
                : Files.createTempDirectory("adit-sim");
        var file = directory.resolve("state.db");
        store = SqlStateStore.sqlite(file, this::now);
        connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        // What the schema begins with: counters have a row from the beginning.
        try (var statement = connection.createStatement()) {
            for (var table : tables()) {
                statement.execute("CREATE TEMP TABLE first_" + table + " AS SELECT * FROM " + table);
            }
        }
    }

    private Instant now() {
        return clock.instant();
    }

    /** The store as it is when it is made. */
    StateStore emptied() throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA foreign_keys = OFF");
            for (var table : tables()) {
                statement.executeUpdate("DELETE FROM " + table);
                statement.executeUpdate("INSERT INTO " + table + " SELECT * FROM temp.first_" + table);
            }
        }
        return store;
    }

    /** From now on rows carry this clock's time. */
    void keepTimeBy(InstantSource runClock) {
        clock = runClock;
    }

    /** An empty storage path for one run's sealing, in the place of the last run's. */
    Path emptyStorage() throws IOException {
        var storage = directory.resolve("storage");
        delete(storage);
        StoragePaths.open(storage.resolve("storage.json"), SpaceProbe.ofSystem(), this::now)
                .init(storage.resolve("path"), PathSettings.create(new UUID(0, 1), true, true));
        return storage;
    }

    /** An empty directory for the homes of one run's miner, in the place of the last run's. */
    Path emptyHomes() throws IOException {
        var homes = directory.resolve("homes");
        delete(homes);
        return Files.createDirectory(homes);
    }

    /** An empty directory for one run's market, in the place of the last run's. */
    Path emptyMarket() throws IOException {
        var market = directory.resolve("market");
        delete(market);
        return Files.createDirectory(market);
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (var files = Files.walk(tree)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** For what tampers with the database behind the store's back. */
    Connection connection() {
        return connection;
    }

    private List<String> tables() throws SQLException {
        var tables = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT name FROM sqlite_master WHERE type = 'table'"
                        + " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'flyway%'")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    @Override
    public void close() throws IOException, SQLException {
        connection.close();
        store.close();
        delete(directory);
    }
}
