package io.adit.core.task;

import java.time.Instant;
import java.util.Optional;

/**
 * A stored task.
 *
 * @param attempts failed attempts since it was enqueued, woken or retried
 * @param notBefore when it becomes due, in states READY and WAITING
 * @param signal what wakes it, in state WAITING
 * @param why the last failure, or what it waits for
 * @param owner the engine that runs it
 * @param fence grows with every claim; a claim with an older fence cannot commit
 * @param leaseUntil when somebody else may claim it
 */
public record Task(
        String kind,
        String key,
        String payload,
        TaskPriority priority,
        TaskState state,
        int attempts,
        Instant notBefore,
        Optional<String> signal,
        Optional<String> why,
        Optional<String> owner,
        long fence,
        Optional<Instant> leaseUntil,
        Instant enqueuedAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt) {
    /** Kind and key, for messages. */
    public String name() {
        return kind + " " + key;
    }
}
