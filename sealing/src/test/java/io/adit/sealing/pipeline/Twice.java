package io.adit.sealing.pipeline;

import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;

/** Does the work, forgets the outcome, as a kill before the commit would, and does it again. */
record Twice(TaskHandler handler) implements TaskHandler {
    @Override
    public String kind() {
        return handler.kind();
    }

    @Override
    public Resources needs(Task task) {
        return handler.needs(task);
    }

    @Override
    public RetryPolicy retry() {
        return handler.retry();
    }

    @Override
    public Outcome run(Task task, TaskContext context) throws Exception {
        handler.run(task, context);
        return handler.run(task, context);
    }
}
