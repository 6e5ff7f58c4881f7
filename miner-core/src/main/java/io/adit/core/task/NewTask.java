package io.adit.core.task;

/**
 * A task to enqueue.
 *
 * @param kind names the handler, for example {@code sector.precommit1}
 * @param key unique within the kind, for example the sector number
 * @param payload small JSON, at most 64 KiB
 */
public record NewTask(String kind, String key, String payload, TaskPriority priority) {
    /** The longest payload, in characters. */
    public static final int MAX_PAYLOAD = 64 * 1024;

    /** Checks that the task has a name and a small payload. */
    public NewTask {
        if (kind.isBlank() || key.isBlank()) {
            throw new IllegalArgumentException("a task needs a kind and a key, got '" + kind + "' and '" + key + "'");
        }
        if (payload.length() > MAX_PAYLOAD) {
            throw new IllegalArgumentException("task " + kind + " " + key + " has a payload of " + payload.length()
                    + " characters, the limit is " + MAX_PAYLOAD + ": store data in tables, tasks carry keys");
        }
    }
}
