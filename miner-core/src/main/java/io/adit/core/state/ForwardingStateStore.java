package io.adit.core.state;

import java.util.function.Consumer;
import java.util.function.Function;

/** Another store with something done differently, for those who have to see what happens between a node and its database. */
public abstract class ForwardingStateStore implements StateStore {
    private final StateStore store;

    /** @param store what everything is asked of that the subclass does not answer itself */
    protected ForwardingStateStore(StateStore store) {
        this.store = store;
    }

    @Override
    public <T> T transact(Function<Tx, T> work) {
        return store.transact(work);
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        return store.read(work);
    }

    @Override
    public String incarnation() {
        return store.incarnation();
    }

    @Override
    public boolean exclusive() {
        return store.exclusive();
    }

    @Override
    public void onTasksReady(Runnable listener) {
        store.onTasksReady(listener);
    }

    @Override
    public void removeTasksReady(Runnable listener) {
        store.removeTasksReady(listener);
    }

    @Override
    public void onSignal(Consumer<String> listener) {
        store.onSignal(listener);
    }

    @Override
    public void removeSignal(Consumer<String> listener) {
        store.removeSignal(listener);
    }

    @Override
    public void close() {
        store.close();
    }
}
