package io.adit.core.state;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

class SqliteMigrationTest extends MigrationContract {
    @TempDir
    Path directory;

    @Override
    DataSource source() {
        return SqliteDatabase.source(directory.resolve("state.db"), SQLiteConfig.TransactionMode.IMMEDIATE);
    }

    @Override
    String bytesType() {
        return "BLOB";
    }

    @Override
    SqlStateStore open() {
        return SqlStateStore.sqlite(directory.resolve("state.db"));
    }
}
