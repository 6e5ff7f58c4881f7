package io.adit.core.task;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler made of a lambda, which notes what it ran. */
final class TestHandler implements TaskHandler {
    /** The work. */
    interface Body {
        Outcome run(Task task, TaskContext context) throws Exception;
    }

    private final String kind;
    private final Resources needs;
    private final RetryPolicy retry;
    private final Body body;
    private final List<String> ran = new CopyOnWriteArrayList<>();

    TestHandler(String kind, Resources needs, RetryPolicy retry, Body body) {
        this.kind = kind;
        this.needs = needs;
        this.retry = retry;
        this.body = body;
    }

    TestHandler(String kind, Body body) {
        this(kind, Resources.NONE, RetryPolicy.standard(), body);
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public Resources needs(Task task) {
        return needs;
    }

    @Override
    public RetryPolicy retry() {
        return retry;
    }

    @Override
    public Outcome run(Task task, TaskContext context) throws Exception {
        ran.add(task.key());
        return body.run(task, context);
    }

    List<String> ran() {
        return List.copyOf(ran);
    }
}
