package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.state.DealTable;
import io.adit.core.state.MessageTable;
import io.adit.core.state.MetaTable;
import io.adit.core.state.PieceTable;
import io.adit.core.state.SectorTable;
import io.adit.core.state.SubPieceTable;
import io.adit.core.state.TaskClaims;
import io.adit.core.state.TaskTable;
import io.adit.core.state.Tx;
import io.adit.core.state.UnopenedStateStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Two partitions' proofs that end at one time, on a store that lets their transactions overlap. */
class RefusedSectorsTest {
    private static final long PERIOD = 60;
    private static final ProvingWindow FIRST =
            new ProvingWindow(7, new Epoch(100), new Epoch(160), new Epoch(80), new Epoch(30));

    /** Runs what is to happen in between after the first look of the next transaction. */
    private static final class OverlappingStore extends UnopenedStateStore {
        private final Map<String, String> values = new HashMap<>();
        private Optional<Runnable> between = Optional.empty();

        @Override
        public <T> T transact(Function<Tx, T> work) {
            return work.apply(new Values(this));
        }

        @Override
        public <T> T read(Function<Tx, T> work) {
            return work.apply(new Values(this));
        }
    }

    private record Values(OverlappingStore store) implements Tx, MetaTable {
        @Override
        public MetaTable meta() {
            return this;
        }

        @Override
        public Optional<String> get(String name) {
            var value = Optional.ofNullable(store.values.get(name));
            var between = store.between;
            store.between = Optional.empty();
            between.ifPresent(Runnable::run);
            return value;
        }

        @Override
        public void put(String name, String value) {
            store.values.put(name, value);
        }

        @Override
        public boolean replace(String name, Optional<String> expected, String value) {
            boolean meant = Optional.ofNullable(store.values.get(name)).equals(expected);
            if (meant) {
                store.values.put(name, value);
            }
            return meant;
        }

        @Override
        public void remove(String name) {
            store.values.remove(name);
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

        private static UnsupportedOperationException others() {
            return new UnsupportedOperationException("named values only");
        }
    }

    @Test
    void noRefusalIsLost_whenAnotherPartitionsIsNotedInBetween() {
        var store = new OverlappingStore();
        var refused = new RefusedSectors(store);
        refused.made(BitField.of(1, 2), BitField.EMPTY, FIRST);
        var second = FIRST.later(PERIOD);
        store.between = Optional.of(() -> refused.made(BitField.of(2), BitField.EMPTY, second));

        refused.made(BitField.of(1), BitField.EMPTY, second);

        assertThat(refused.notYet(BitField.of(1, 2), second.later(PERIOD), PERIOD))
                .isEqualTo(BitField.of(1, 2));
    }
}
