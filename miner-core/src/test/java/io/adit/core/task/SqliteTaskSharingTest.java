package io.adit.core.task;

import io.adit.core.state.SqlStateStore;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteTaskSharingTest extends TaskSharingContract {
    @TempDir
    Path directory;

    @Override
    SqlStateStore open(InstantSource clock) {
        return SqlStateStore.sqlite(directory.resolve("state.db"), clock);
    }
}
