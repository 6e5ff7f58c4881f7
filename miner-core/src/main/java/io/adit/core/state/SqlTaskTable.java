package io.adit.core.state;

import io.adit.core.task.NewTask;
import io.adit.core.task.Task;
import io.adit.core.task.TaskState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Tasks in SQL, as rooms see them. */
final class SqlTaskTable implements TaskTable {
    private static final String UNFINISHED = "state IN ('READY', 'RUNNING', 'WAITING', 'PARKED', 'FAILED')"
            + " ORDER BY priority, enqueued_at, kind, task_key";

    private final Handle handle;
    private final InstantSource clock;
    private final SqlStateStore.AfterCommit afterCommit;

    SqlTaskTable(Handle handle, InstantSource clock, SqlStateStore.AfterCommit afterCommit) {
        this.handle = handle;
        this.clock = clock;
        this.afterCommit = afterCommit;
    }

    @Override
    public boolean enqueue(NewTask task) {
        Instant now = clock.instant();
        afterCommit.tasksReady();
        return new Row()
                .text("kind", task.kind())
                .text("task_key", task.key())
                .text("payload", task.payload())
                .number("priority", task.priority().rank())
                .text("state", TaskState.READY.name())
                .number("attempts", 0)
                .instant("not_before", now)
                .number("fence", 0)
                .instant("enqueued_at", now)
                .insertIfAbsent(handle, "task", "kind, task_key");
    }

    @Override
    public Optional<Task> find(String kind, String key) {
        return handle.createQuery("SELECT * FROM task WHERE kind = :kind AND task_key = :key")
                .bind("kind", kind)
                .bind("key", key)
                .map((row, context) -> SqlTaskRows.read(row))
                .findOne();
    }

    @Override
    public List<Task> listUnfinished() {
        return handle.createQuery("SELECT * FROM task WHERE " + UNFINISHED)
                .map((row, context) -> SqlTaskRows.read(row))
                .list();
    }

    @Override
    public List<Task> listUnfinished(String kind) {
        return handle.createQuery("SELECT * FROM task WHERE kind = :kind AND " + UNFINISHED)
                .bind("kind", kind)
                .map((row, context) -> SqlTaskRows.read(row))
                .list();
    }

    @Override
    public List<Task> listKind(String kind) {
        return handle.createQuery("SELECT * FROM task WHERE kind = :kind ORDER BY enqueued_at, task_key")
                .bind("kind", kind)
                .map((row, context) -> SqlTaskRows.read(row))
                .list();
    }

    @Override
    public boolean retry(String kind, String key) {
        afterCommit.tasksReady();
        return one("UPDATE task SET state = 'READY', attempts = 0, not_before = :now, wake_signal = NULL, why = NULL,"
                                + " ended_at = NULL WHERE kind = :kind AND task_key = :key AND state <> 'RUNNING'")
                        .bind("kind", kind)
                        .bind("key", key)
                        .execute()
                == 1;
    }

    @Override
    public boolean park(String kind, String key, String why) {
        return handle.createUpdate("UPDATE task SET state = 'PARKED', wake_signal = NULL, why = :why"
                                + " WHERE kind = :kind AND task_key = :key AND state NOT IN ('RUNNING', 'DONE')")
                        .bind("kind", kind)
                        .bind("key", key)
                        .bind("why", why)
                        .execute()
                == 1;
    }

    @Override
    public int signal(String name) {
        afterCommit.signalled(name);
        int woken = one("UPDATE task SET state = 'READY', not_before = :now, wake_signal = NULL"
                        + " WHERE state = 'WAITING' AND wake_signal = :name")
                .bind("name", name)
                .execute();
        if (woken > 0) {
            afterCommit.tasksReady();
        }
        return woken;
    }

    @Override
    public boolean remove(String kind, String key) {
        return handle.createUpdate("DELETE FROM task WHERE kind = :kind AND task_key = :key AND state <> 'RUNNING'")
                        .bind("kind", kind)
                        .bind("key", key)
                        .execute()
                == 1;
    }

    @Override
    public int forgetDone(Instant endedBefore) {
        return handle.createUpdate("DELETE FROM task WHERE state = 'DONE' AND ended_at < :before")
                .bind("before", Columns.nanos(endedBefore))
                .execute();
    }

    private Update one(String sql) {
        return handle.createUpdate(sql).bind("now", Columns.nanos(clock.instant()));
    }
}
