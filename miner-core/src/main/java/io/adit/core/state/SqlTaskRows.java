package io.adit.core.state;

import io.adit.core.task.Task;
import io.adit.core.task.TaskPriority;
import io.adit.core.task.TaskState;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads task rows; shared by the rooms' view and the engine's. */
final class SqlTaskRows {

    private SqlTaskRows() {}

    static Task read(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new Task(
                columns.text("kind"),
                columns.text("task_key"),
                columns.text("payload"),
                TaskPriority.ofRank(columns.number("priority")),
                columns.name("state", TaskState.class),
                Math.toIntExact(columns.number("attempts")),
                columns.instant("not_before"),
                columns.optionalText("wake_signal"),
                columns.optionalText("why"),
                columns.optionalText("owner"),
                columns.number("fence"),
                columns.optionalInstant("lease_until"),
                columns.instant("enqueued_at"),
                columns.optionalInstant("started_at"),
                columns.optionalInstant("ended_at"));
    }
}
