package io.adit.core.task;

import io.adit.core.state.SqlStateStore;
import io.adit.core.state.TestPostgres;
import java.time.InstantSource;

class PostgresTaskSharingTest extends TaskSharingContract {
    @Override
    SqlStateStore open(InstantSource clock) {
        return SqlStateStore.postgres(TestPostgres.freshDatabase(), "postgres", "postgres", clock);
    }
}
