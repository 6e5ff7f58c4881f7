package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStateStoreTest extends StateStoreContract {
    @TempDir
    Path directory;

    @Override
    SqlStateStore open() {
        return SqlStateStore.sqlite(directory.resolve("deep/er/state.db"));
    }

    @Test
    void secondOpeningIsRefused_whileTheFirstIsOpen() {
        assertCode(StateErrorCode.STATE_IN_USE, this::open);
    }

    @Test
    void walAndFullSyncAreOn() throws Exception {
        Path file = directory.resolve("deep/er/state.db");

        // The journal mode is kept in the file; synchronous is per connection and is what the driver was told.
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var mode = connection.createStatement().executeQuery("PRAGMA journal_mode")) {
            assertThat(mode.getString(1)).isEqualTo("wal");
        }
        assertThat(SqliteDatabase.source(file, org.sqlite.SQLiteConfig.TransactionMode.IMMEDIATE)
                        .getConfig()
                        .toProperties())
                .containsEntry("synchronous", "FULL")
                .containsEntry("journal_mode", "WAL");
    }

    @Test
    void damagedFileIsNamed() throws Exception {
        Path file = directory.resolve("broken.db");
        Files.writeString(file, "this is not a database, but it is long enough to look at".repeat(50));

        assertCode(StateErrorCode.STATE_SCHEMA_MISMATCH, () -> SqlStateStore.sqlite(file));
        Files.delete(file);
        try (var store = SqlStateStore.sqlite(file)) {
            Optional<String> value = store.read(tx -> tx.meta().get("x"));
            assertThat(value).isEmpty();
        }
    }
}
