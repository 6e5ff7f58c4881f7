package io.adit.simulation;

import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The store as one process of the provider has it open: with an incarnation and listeners of its own, which go when the
 * process is killed.
 */
final class ProcessStore implements StateStore {
    private final StateStore store;
    private final String incarnation;
    private final List<Runnable> tasksReady = new ArrayList<>();
    private final List<Consumer<String>> signals = new ArrayList<>();
    private final Runnable ready = this::tellReady;
    private final Consumer<String> signal = this::tellSignal;

    ProcessStore(StateStore store, int process) {
        this.store = store;
        this.incarnation = "process-" + process;
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
    public <T> T transact(Function<Tx, T> work) {
        return store.transact(work);
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        return store.read(work);
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public boolean exclusive() {
        return store.exclusive();
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
