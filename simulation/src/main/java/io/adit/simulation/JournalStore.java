package io.adit.simulation;

import io.adit.core.state.AdTable;
import io.adit.core.state.DealTable;
import io.adit.core.state.MessageTable;
import io.adit.core.state.MetaTable;
import io.adit.core.state.PieceTable;
import io.adit.core.state.SectorTable;
import io.adit.core.state.StateStore;
import io.adit.core.state.SubPieceTable;
import io.adit.core.state.TaskClaims;
import io.adit.core.state.TaskTable;
import io.adit.core.state.Tx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The part of a node's state that making blocks uses, its named values, as it is after every commit: in memory, so that a
 * home is copied and restored at no cost. A process ends between its transactions, never inside one.
 */
final class JournalStore implements StateStore {
    private final Map<String, String> values = new HashMap<>();

    JournalStore() {}

    /** What a copy of the files holds. */
    Map<String, String> copy() {
        return Map.copyOf(values);
    }

    /** Puts a copy in the place of what is there. */
    void restore(Map<String, String> copy) {
        values.clear();
        values.putAll(copy);
    }

    @Override
    public <T> T transact(Function<Tx, T> work) {
        return work.apply(new NamedValues(values));
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        return work.apply(new NamedValues(Map.copyOf(values)));
    }

    @Override
    public String incarnation() {
        return "journal";
    }

    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public void onTasksReady(Runnable listener) {
        throw others();
    }

    @Override
    public void removeTasksReady(Runnable listener) {
        throw others();
    }

    @Override
    public void onSignal(Consumer<String> listener) {
        throw others();
    }

    @Override
    public void removeSignal(Consumer<String> listener) {
        throw others();
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    private static UnsupportedOperationException others() {
        return new UnsupportedOperationException("making blocks keeps named values only");
    }

    private record NamedValues(Map<String, String> values) implements Tx, MetaTable {
        @Override
        public MetaTable meta() {
            return this;
        }

        @Override
        public Optional<String> get(String name) {
            return Optional.ofNullable(values.get(name));
        }

        @Override
        public void put(String name, String value) {
            values.put(name, value);
        }

        @Override
        public boolean replace(String name, Optional<String> expected, String value) {
            boolean meant = get(name).equals(expected);
            if (meant) {
                values.put(name, value);
            }
            return meant;
        }

        @Override
        public void remove(String name) {
            values.remove(name);
        }

        @Override
        public SectorTable sectors() {
            throw others();
        }

        @Override
        public DealTable deals() {
            throw others();
        }

        @Override
        public PieceTable pieces() {
            throw others();
        }

        @Override
        public AdTable ads() {
            throw others();
        }

        @Override
        public SubPieceTable subPieces() {
            throw others();
        }

        @Override
        public MessageTable messages() {
            throw others();
        }

        @Override
        public TaskTable tasks() {
            throw others();
        }

        @Override
        public TaskClaims claims() {
            throw others();
        }
    }
}
