package io.adit.core.task;

/** What names a task. */
record TaskId(String kind, String key) {
    static TaskId of(Task task) {
        return new TaskId(task.kind(), task.key());
    }
}
