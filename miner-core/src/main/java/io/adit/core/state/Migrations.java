package io.adit.core.state;

import io.adit.core.error.AditException;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the schema of this release. */
final class Migrations {
    private Migrations() {}

    static void run(DataSource source, String bytesType, String name) {
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:io/adit/core/state/migrations")
                    .placeholders(Map.of("bytes", bytesType))
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new AditException(
                    StateErrorCode.STATE_SCHEMA_MISMATCH,
                    "bringing the schema of " + name + " up to date: " + e.getMessage(),
                    e);
        }
    }
}
