package io.adit.core.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.adit.core.error.AditException;
import java.time.Duration;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * PostgreSQL, which other processes may have open too.
 *
 * <p>Writers run at READ COMMITTED: what must not be lost between reading and writing is guarded by conditional updates
 * (versions, fencing tokens) and unique keys, not by isolation. Readers see one snapshot.
 */
final class PostgresDatabase implements Database {
    private static final int CONNECTIONS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String url;
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    PostgresDatabase(String url, String user, String password) {
        this.url = url;
        this.pool = open(url, user, password);
        try {
            Migrations.run(pool, "BYTEA", name());
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        this.jdbi = Jdbi.create(pool);
    }

    private static HikariDataSource open(String url, String user, String password) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setPoolName("adit-state");
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw new AditException(
                    StateErrorCode.STATE_UNAVAILABLE,
                    "connecting to the state database " + url + " as " + user + ": " + e.getMessage()
                            + "; check that the server runs and the name and password are right",
                    e);
        }
    }

    @Override
    public <T> T write(Function<Handle, T> work) {
        return jdbi.inTransaction(TransactionIsolationLevel.READ_COMMITTED, work::apply);
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> {
            handle.execute("SET TRANSACTION READ ONLY");
            return work.apply(handle);
        });
    }

    @Override
    public boolean exclusive() {
        return false;
    }

    @Override
    public String name() {
        return "the state database " + url;
    }

    @Override
    public void close() {
        pool.close();
    }
}
