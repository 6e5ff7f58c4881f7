package io.adit.core.state;

import org.junit.jupiter.api.Test;

class PostgresStateStoreTest extends StateStoreContract {
    private final String url = TestPostgres.freshDatabase();

    @Override
    SqlStateStore open() {
        return SqlStateStore.postgres(url, "postgres", "postgres");
    }

    @Test
    void unreachableServerIsNamed() {
        assertCode(
                StateErrorCode.STATE_UNAVAILABLE,
                () -> SqlStateStore.postgres("jdbc:postgresql://127.0.0.1:1/none", "postgres", "postgres"));
    }
}
