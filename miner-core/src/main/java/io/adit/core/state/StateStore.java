package io.adit.core.state;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The transactional memory of the node.
 *
 * <p>When {@link #transact} returns, the work is on disk; when it throws, none of it is. Work must not wait for anything
 * outside the database: SQLite has one writer, and everybody else waits for it.
 */
public interface StateStore extends AutoCloseable {
    /**
     * Runs the work in one read-write transaction and commits it.
     *
     * @throws io.adit.core.error.AditException with a {@link StateErrorCode}; whatever the work throws passes through
     *     after the roll-back
     */
    <T> T transact(Function<Tx, T> work);

    /** {@link #transact} for work without a result. */
    default void transactVoid(Consumer<Tx> work) {
        transact(tx -> {
            work.accept(tx);
            return true;
        });
    }

    /** Runs work that only reads, on a consistent snapshot, beside the writer. Writing inside it is refused. */
    <T> T read(Function<Tx, T> work);

    /**
     * Names this opening of the store: a new value each time the process starts. Leases carry it.
     */
    String incarnation();

    /**
     * Whether no other process can have the store open (SQLite holds an operating-system lock; PostgreSQL is shared).
     * Leases of an earlier incarnation of an exclusive store are dead and need not run out.
     */
    boolean exclusive();

    /** Calls the listener after every commit that made a task runnable. It must return at once. */
    void onTasksReady(Runnable listener);

    /** Takes a listener of {@link #onTasksReady} away. */
    void removeTasksReady(Runnable listener);

    /** Calls the listener, with its name, after every commit of a {@link TaskTable#signal}. */
    void onSignal(Consumer<String> listener);

    /** Takes a listener of {@link #onSignal} away. */
    void removeSignal(Consumer<String> listener);

    @Override
    void close();
}
