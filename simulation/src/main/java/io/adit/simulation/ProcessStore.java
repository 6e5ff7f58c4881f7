package io.adit.simulation;

import io.adit.core.state.ForwardingStateStore;
import io.adit.core.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The store as one process of the provider has it open: with an incarnation and listeners of its own, which go when the
 * process is killed.
 */
final class ProcessStore extends ForwardingStateStore {
    private final StateStore store;
    private final String incarnation;
    private final boolean exclusive;
    private final List<Runnable> tasksReady = new ArrayList<>();
    private final List<Consumer<String>> signals = new ArrayList<>();
    private final Runnable ready = this::tellReady;
    private final Consumer<String> signal = this::tellSignal;

    /**
     * The store, open for a process.
     *
     * @param process its name among all that ever opened the store
     * @param exclusive whether no other can have it open meanwhile
     */
    ProcessStore(StateStore store, String process, boolean exclusive) {
        super(store);
        this.store = store;
        this.incarnation = "process-" + process;
        this.exclusive = exclusive;
        store.onTasksReady(ready);
        store.onSignal(signal);
    }

    private void tellReady() {
        List.copyOf(tasksReady).forEach(Runnable::run);
    }

    private void tellSignal(String name) {
        List.copyOf(signals).forEach(listener -> listener.accept(name));
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public boolean exclusive() {
        return exclusive;
    }

    @Override
    public void onTasksReady(Runnable listener) {
        tasksReady.add(listener);
    }

    @Override
    public void removeTasksReady(Runnable listener) {
        tasksReady.remove(listener);
    }

    @Override
    public void onSignal(Consumer<String> listener) {
        signals.add(listener);
    }

    @Override
    public void removeSignal(Consumer<String> listener) {
        signals.remove(listener);
    }

    /** Lets go of the store, which stays open for the next process. */
    @Override
    public void close() {
        store.removeTasksReady(ready);
        store.removeSignal(signal);
        tasksReady.clear();
        signals.clear();
    }
}
