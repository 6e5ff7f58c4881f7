package io.adit.core.task;

import java.util.Optional;

/**
 * A task as an operator sees it.
 *
 * @param waitsFor why it does not run now; empty while it runs
 * @param progress the running task's last words, if it runs on this engine
 */
public record TaskView(Task task, Optional<String> waitsFor, Optional<String> progress) {}
