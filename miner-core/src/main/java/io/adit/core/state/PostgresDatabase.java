package io.adit.core.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.adit.core.error.AditException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL, which other processes may have open too.
 *
 * <p>Writers run at READ COMMITTED: what must not be lost between reading and writing is guarded by conditional updates
 * (versions, fencing tokens) and unique keys, not by isolation. Readers see one snapshot.
 */
final class PostgresDatabase implements Database {
    private static final int CONNECTIONS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Longer than any statement takes, and half of a node's lease. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

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

    /** What the URL names itself comes before what is said here. */
    static HikariConfig config(String url, String user, String password) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setPoolName("adit-state");
        // The driver waits for ever for the answer of a server that lost its power, and a deadline is proven by one
        // strand.
        config.addDataSourceProperty("socketTimeout", Long.toString(SILENCE.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        return config;
    }

    private static HikariDataSource open(String url, String user, String password) {
        var config = config(url, user, password);
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw new AditException(
                    isAway(e) ? StateErrorCode.STATE_SERVER_AWAY : StateErrorCode.STATE_UNAVAILABLE,
                    "connecting to the state database " + url + " as " + user + ": " + e.getMessage()
                            + "; check that the server runs and the name and password are right",
                    e);
        }
    }

    /**
     * Whether the same may succeed later: no connection (SQLSTATE class 08), the server's stopping and starting (57P), no
     * connection left for us (53300). A wrong password or name stays wrong.
     */
    private static boolean isAway(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState().matches("08...|57P..|53300");
            }
        }
        return false;
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
