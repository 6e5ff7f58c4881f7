package io.adit.core.state;

import java.util.function.Consumer;
import java.util.function.Function;

/** Stands where a test has not opened its store yet; nobody is told of anything there. */
public class UnopenedStateStore implements StateStore {
    @Override
    public <T> T transact(Function<Tx, T> work) {
        throw new IllegalStateException("not opened");
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        throw new IllegalStateException("not opened");
    }

    @Override
    public String incarnation() {
        return "";
    }

    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public void onTasksReady(Runnable listener) {}

    @Override
    public void removeTasksReady(Runnable listener) {}

    @Override
    public void onSignal(Consumer<String> listener) {}

    @Override
    public void removeSignal(Consumer<String> listener) {}

    @Override
    public void close() {}
}
