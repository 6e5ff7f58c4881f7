package io.adit.core.state;

import io.adit.core.error.AditException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The state store over SQL. */
public final class SqlStateStore implements StateStore {
    private static final String POSTGRES_UNIQUE_VIOLATION = "23505";

    private final Database database;
    private final InstantSource clock;
    private final String incarnation = UUID.randomUUID().toString();
    private final List<Runnable> tasksReady = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> signals = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);

    private SqlStateStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Opens or creates a SQLite database. The directory is created if it is missing.
     *
     * @throws AditException {@link StateErrorCode#STATE_IN_USE} if another process has it open
     */
    public static SqlStateStore sqlite(Path file) {
        return sqlite(file, InstantSource.system());
    }

    /** {@link #sqlite(Path)} with a clock for the time stamps of tasks. */
    public static SqlStateStore sqlite(Path file, InstantSource clock) {
        return new SqlStateStore(guarded("the state database " + file, () -> new SqliteDatabase(file)), clock);
    }

    /**
     * Connects to a PostgreSQL database, which must exist.
     *
     * @param url {@code jdbc:postgresql://host:port/name}
     */
    public static SqlStateStore postgres(String url, String user, String password) {
        return postgres(url, user, password, InstantSource.system());
    }

    /** {@link #postgres(String, String, String)} with a clock for the time stamps of tasks. */
    public static SqlStateStore postgres(String url, String user, String password, InstantSource clock) {
        return new SqlStateStore(
                guarded("the state database " + url, () -> new PostgresDatabase(url, user, password)), clock);
    }

    @Override
    public <T> T transact(Function<Tx, T> work) {
        var afterCommit = new AfterCommit();
        T result = outermost(() -> database.write(handle -> work.apply(new SqlTx(handle, clock, afterCommit))));
        if (afterCommit.tasksReady) {
            tasksReady.forEach(Runnable::run);
        }
        afterCommit.signals.forEach(name -> signals.forEach(listener -> listener.accept(name)));
        return result;
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        return outermost(() -> database.read(handle -> work.apply(new SqlTx(handle, clock, new AfterCommit()))));
    }

    private <T> T outermost(Supplier<T> transaction) {
        if (inTransaction.get()) {
            throw new AditException(
                    StateErrorCode.STATE_NESTED_TRANSACTION,
                    "opening a transaction on " + database.name() + " inside another one; use the Tx at hand");
        }
        inTransaction.set(true);
        try {
            return guarded(database.name(), transaction);
        } finally {
            inTransaction.remove();
        }
    }

    private static <T> T guarded(String name, Supplier<T> work) {
        try {
            return work.get();
        } catch (JdbiException e) {
            SQLException cause = sqlCause(e);
            if (isDuplicate(cause)) {
                throw new AditException(
                        StateErrorCode.STATE_DUPLICATE, "writing to " + name + ": " + cause.getMessage(), e);
            }
            throw new AditException(
                    StateErrorCode.STATE_UNAVAILABLE,
                    "using " + name + ": " + cause.getMessage() + "; check the disk's free space and the server",
                    e);
        }
    }

    private static SQLException sqlCause(JdbiException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return new SQLException(e.getMessage(), e);
    }

    private static boolean isDuplicate(SQLException e) {
        if (e instanceof SQLiteException sqlite) {
            SQLiteErrorCode code = sqlite.getResultCode();
            return code == SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY
                    || code == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE;
        }
        return POSTGRES_UNIQUE_VIOLATION.equals(e.getSQLState());
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public boolean exclusive() {
        return database.exclusive();
    }

    @Override
    public void onTasksReady(Runnable listener) {
        tasksReady.add(listener);
    }

    @Override
    public void removeTasksReady(Runnable listener) {
        tasksReady.remove(listener);
    }

    @Override
    public void onSignal(Consumer<String> listener) {
        signals.add(listener);
    }

    @Override
    public void removeSignal(Consumer<String> listener) {
        signals.remove(listener);
    }

    @Override
    public void close() {
        database.close();
    }

    /** What the open transaction asks to be told to others once it is on disk. */
    static final class AfterCommit {
        private boolean tasksReady;
        private final Set<String> signals = new LinkedHashSet<>();

        void tasksReady() {
            tasksReady = true;
        }

        void signalled(String name) {
            signals.add(name);
        }
    }

    /** The tables over one handle. */
    private record SqlTx(Handle handle, InstantSource clock, AfterCommit afterCommit) implements Tx {
        @Override
        public SectorTable sectors() {
            return new SqlSectorTable(handle);
        }

        @Override
        public DealTable deals() {
            return new SqlDealTable(handle);
        }

        @Override
        public PieceTable pieces() {
            return new SqlPieceTable(handle);
        }

        @Override
        public SubPieceTable subPieces() {
            return new SqlSubPieceTable(handle);
        }

        @Override
        public MessageTable messages() {
            return new SqlMessageTable(handle);
        }

        @Override
        public TaskTable tasks() {
            return new SqlTaskTable(handle, clock, afterCommit);
        }

        @Override
        public TaskClaims claims() {
            return new SqlTaskClaims(handle, afterCommit);
        }

        @Override
        public AdTable ads() {
            return new SqlAdTable(handle);
        }

        @Override
        public MetaTable meta() {
            return new SqlMetaTable(handle);
        }
    }
}
