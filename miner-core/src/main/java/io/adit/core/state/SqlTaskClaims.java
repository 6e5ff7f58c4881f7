package io.adit.core.state;

import io.adit.core.task.Task;
import io.adit.core.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** The claim protocol in SQL. */
final class SqlTaskClaims implements TaskClaims {
    private final Handle handle;
    private final SqlStateStore.AfterCommit afterCommit;

    SqlTaskClaims(Handle handle, SqlStateStore.AfterCommit afterCommit) {
        this.handle = handle;
        this.afterCommit = afterCommit;
    }

    @Override
    public List<Task> due(Set<String> kinds, Instant now, int limit) {
        return handle.createQuery("SELECT * FROM task WHERE kind IN (<kinds>)"
                        + " AND ((state IN ('READY', 'WAITING') AND not_before <= :now)"
                        + " OR (state = 'RUNNING' AND lease_until <= :now))"
                        + " ORDER BY priority, enqueued_at, kind, task_key LIMIT :limit")
                .bindList("kinds", List.copyOf(kinds))
                .bind("now", Columns.nanos(now))
                .bind("limit", limit)
                .map((row, context) -> SqlTaskRows.read(row))
                .list();
    }

    @Override
    public Optional<Instant> nextDue(Set<String> kinds, Instant now) {
        return handle.createQuery("SELECT not_before FROM task WHERE kind IN (<kinds>)"
                        + " AND state IN ('READY', 'WAITING') AND not_before > :now ORDER BY not_before LIMIT 1")
                .bindList("kinds", List.copyOf(kinds))
                .bind("now", Columns.nanos(now))
                .mapTo(Long.class)
                .findOne()
                .map(Columns::instant);
    }

    @Override
    public List<TaskCount> counts() {
        return handle.createQuery("SELECT kind, state, COUNT(*) AS tasks FROM task"
                        + " WHERE state IN ('READY', 'RUNNING', 'WAITING', 'PARKED', 'FAILED') GROUP BY kind, state")
                .map((row, context) -> {
                    var columns = new Columns(row);
                    return new TaskCount(
                            columns.text("kind"), columns.name("state", TaskState.class), columns.number("tasks"));
                })
                .list();
    }

    @Override
    public boolean waitsFor(String signal) {
        return handle.createQuery("SELECT 1 FROM task WHERE state = 'WAITING' AND wake_signal = :signal LIMIT 1")
                .bind("signal", signal)
                .mapTo(Long.class)
                .findOne()
                .isPresent();
    }

    @Override
    public Optional<Task> claim(Task seen, String owner, Instant now, Duration lease) {
        return handle.createQuery("UPDATE task SET state = 'RUNNING', owner = :owner, fence = fence + 1,"
                        + " lease_until = :lease, started_at = :now, wake_signal = NULL"
                        + " WHERE kind = :kind AND task_key = :key AND state = :state AND fence = :fence"
                        // A renewal does not move the fence; its task must not be taken from who still runs it.
                        + " AND (state <> 'RUNNING' OR lease_until <= :now) RETURNING *")
                .bind("owner", owner)
                .bind("lease", Columns.nanos(now.plus(lease)))
                .bind("now", Columns.nanos(now))
                .bind("kind", seen.kind())
                .bind("key", seen.key())
                .bind("state", seen.state().name())
                .bind("fence", seen.fence())
                .map((row, context) -> SqlTaskRows.read(row))
                .findOne();
    }

    @Override
    public List<Task> renew(String owner, Instant leaseUntil) {
        return handle.createQuery(
                        "UPDATE task SET lease_until = :lease WHERE state = 'RUNNING' AND owner = :owner RETURNING *")
                .bind("lease", Columns.nanos(leaseUntil))
                .bind("owner", owner)
                .map((row, context) -> SqlTaskRows.read(row))
                .list();
    }

    @Override
    public int releaseForeign(String ownerPrefix) {
        int released = handle.createUpdate("UPDATE task SET state = 'READY', owner = NULL, lease_until = NULL"
                        + " WHERE state = 'RUNNING' AND owner NOT LIKE :prefix")
                .bind("prefix", ownerPrefix + "%")
                .execute();
        if (released > 0) {
            afterCommit.tasksReady();
        }
        return released;
    }

    @Override
    public boolean finish(Task claimed, Ending ending) {
        var row = new Row()
                .text("state", ending.state().name())
                .number("attempts", ending.attempts())
                .instant("not_before", ending.notBefore())
                .text("wake_signal", ending.signal())
                .text("why", ending.why())
                .text("owner", Optional.empty())
                .number("lease_until", OptionalLong.empty())
                .instant("ended_at", ending.state() == TaskState.DONE ? Optional.of(ending.at()) : Optional.empty());
        return row.updateWhere(
                        handle,
                        "task",
                        "kind = :kind AND task_key = :key AND fence = :fence AND owner = :claimed_by AND state = 'RUNNING'",
                        Map.of(
                                "kind",
                                claimed.kind(),
                                "key",
                                claimed.key(),
                                "fence",
                                claimed.fence(),
                                "claimed_by",
                                claimed.owner().orElse("")))
                == 1;
    }
}
