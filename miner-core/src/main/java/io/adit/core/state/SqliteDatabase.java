package io.adit.core.state;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite in one process: one connection writes, a few read beside it.
 *
 * <p>An operating-system lock on a file beside the database keeps a second process out, and is gone as soon as this
 * process is, however it ends. (The database file itself must not be locked so: closing any descriptor of a file drops
 * the POSIX locks SQLite holds on it.)
 */
final class SqliteDatabase implements Database {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);

    private static final int READERS = 4;
    private static final int BUSY_MILLIS = 30_000;

    private final Path file;
    private final FileChannel lockChannel;
    private final SharedCommit writer;
    private final BlockingQueue<Handle> readers = new ArrayBlockingQueue<>(READERS);
    private final List<Handle> allReaders = new ArrayList<>();

    SqliteDatabase(Path file) {
        this.file = file;
        this.lockChannel = lock(file);
        try {
            SQLiteDataSource source = source(file, SQLiteConfig.TransactionMode.IMMEDIATE);
            Migrations.run(source, "BLOB", name());
            this.writer = new SharedCommit(jdbi(source).open());
            Jdbi reading = jdbi(source(file, SQLiteConfig.TransactionMode.DEFERRED));
            for (int i = 0; i < READERS; i++) {
                Handle reader = reading.open();
                reader.execute("PRAGMA query_only = ON");
                allReaders.add(reader);
                readers.add(reader);
            }
        } catch (RuntimeException e) {
            unlock();
            throw e;
        }
    }

    private static Jdbi jdbi(SQLiteDataSource source) {
        return Jdbi.create(source).setStatementBuilderFactory(PreparedOnce::new);
    }

    static SQLiteDataSource source(Path file, SQLiteConfig.TransactionMode mode) {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(mode);
        config.setBusyTimeout(BUSY_MILLIS);
        config.enforceForeignKeys(true);
        var source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static FileChannel lock(Path file) {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(
                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new AditException(
                        StateErrorCode.STATE_IN_USE,
                        "opening the state database " + file + ": another process has it open; stop it first");
            }
            return channel;
        } catch (IOException e) {
            throw new AditException(
                    StateErrorCode.STATE_UNAVAILABLE, "opening the state database " + file + ": " + e.getMessage(), e);
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public <T> T write(Function<Handle, T> work) {
        return writer.write(work);
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        Handle reader;
        try {
            reader = readers.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(StateErrorCode.STATE_UNAVAILABLE, "reading " + name() + ": interrupted", e);
        }
        try {
            return inTransaction(reader, work);
        } finally {
            readers.add(reader);
        }
    }

    private static <T> T inTransaction(Handle handle, Function<Handle, T> work) {
        handle.begin();
        boolean committed = false;
        try {
            T result = work.apply(handle);
            handle.commit();
            committed = true;
            return result;
        } finally {
            if (!committed && handle.isInTransaction()) {
                handle.rollback();
            }
        }
    }

    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public String name() {
        return "the state database " + file;
    }

    @Override
    public void close() {
        try {
            writer.close(this::tidy);
        } finally {
            unlock();
        }
    }

    private void tidy(Handle open) {
        allReaders.forEach(SqliteDatabase::closeReader);
        try (var statement = open.getConnection().createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            // The write-ahead log is replayed at the next opening; nothing is lost.
        }
    }

    /** A read that is under way on another thread ends with an error there, and keeps nothing from being closed here. */
    private static void closeReader(Handle reader) {
        try {
            reader.close();
        } catch (JdbiException e) {
            LOG.debug("Closing a reader of the state database that is in use: {}", e.getMessage());
        }
    }

    private void unlock() {
        try {
            lockChannel.close();
        } catch (IOException e) {
            throw new AditException(StateErrorCode.STATE_UNAVAILABLE, "closing " + name(), e);
        }
    }
}
