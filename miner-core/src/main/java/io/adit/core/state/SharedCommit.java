package io.adit.core.state;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jspecify.annotations.Nullable;

/**
 * One connection that many threads write through. What waits for it is committed together: a commit is a sync of the disk,
 * which costs a hundred times what the statements do. Each piece of work runs in a savepoint of its own, so that one that
 * throws takes nothing with it; the last one that nobody waits behind commits for all, and only then any of them returns.
 */
final class SharedCommit {
    /** Work in one commit: the first of it must not wait for ever. */
    static final int MOST = 64;

    private static final String SAVEPOINT = "work";

    private final Handle writer;
    private final ReentrantLock turn = new ReentrantLock();
    private final AtomicInteger waiting = new AtomicInteger();
    private @Nullable Group open;
    private long commits;

    SharedCommit(Handle writer) {
        this.writer = writer;
    }

    /** Work that is committed together. */
    private static final class Group {
        private final CompletableFuture<Boolean> ending = new CompletableFuture<>();
        private int size;

        void await() {
            try {
                ending.join();
            } catch (CompletionException e) {
                throw new TransactionException("committing it together with others", e.getCause());
            }
        }
    }

    /** Runs the work; when it returns, what was written is on disk. What the work throws passes through. */
    <T> T write(Function<Handle, T> work) {
        Group group;
        T result;
        waiting.incrementAndGet();
        turn.lock();
        try {
            waiting.decrementAndGet();
            group = open == null ? begin() : open;
            group.size++;
            try {
                result = inSavepoint(group, work);
            } finally {
                settle(group);
            }
        } finally {
            turn.unlock();
        }
        group.await();
        return result;
    }

    private Group begin() {
        writer.begin();
        var group = new Group();
        open = group;
        return group;
    }

    private <T> T inSavepoint(Group group, Function<Handle, T> work) {
        boolean whole = false;
        try {
            writer.savepoint(SAVEPOINT);
            T result = work.apply(writer);
            writer.releaseSavepoint(SAVEPOINT);
            whole = true;
            return result;
        } finally {
            if (!whole) {
                undo(group);
            }
        }
    }

    private void undo(Group group) {
        try {
            writer.rollbackToSavepoint(SAVEPOINT);
        } catch (RuntimeException e) {
            // A full or failing disk made SQLite take all of it back, the others' work, too.
            end(group, e);
        }
    }

    /** Whoever waits for the turn settles it instead. */
    private void settle(Group group) {
        if (open != group || (waiting.get() > 0 && group.size < MOST)) {
            return;
        }
        try {
            writer.commit();
            commits++;
            open = null;
            group.ending.complete(true);
        } catch (RuntimeException e) {
            end(group, e);
        }
    }

    private void end(Group group, RuntimeException why) {
        open = null;
        try {
            if (writer.isInTransaction()) {
                writer.rollback();
            }
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
        group.ending.completeExceptionally(why);
    }

    /** Closes the connection, once nobody writes. */
    void close(Consumer<Handle> before) {
        turn.lock();
        try {
            before.accept(writer);
            writer.close();
        } finally {
            turn.unlock();
        }
    }

    /** How many threads wait to write. */
    int waiting() {
        return waiting.get();
    }

    /** How often was committed. */
    long commits() {
        turn.lock();
        try {
            return commits;
        } finally {
            turn.unlock();
        }
    }
}
