package io.adit.core.state;

import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresMigrationTest extends MigrationContract {
    private final String url = TestPostgres.freshDatabase();

    @Override
    DataSource source() {
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser("postgres");
        source.setPassword("postgres");
        return source;
    }

    @Override
    String bytesType() {
        return "BYTEA";
    }

    @Override
    SqlStateStore open() {
        return SqlStateStore.postgres(url, "postgres", "postgres");
    }
}
