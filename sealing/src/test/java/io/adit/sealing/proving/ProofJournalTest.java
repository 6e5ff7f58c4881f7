package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Epoch;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mainnet's windows: 48 deadlines of 60 epochs. */
class ProofJournalTest {
    private static final long LENGTH = 60;
    private static final long DEADLINES = 48;
    private static final long DAY = DEADLINES * LENGTH;

    @TempDir
    Path directory;

    private StateStore store;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static void save(ProofJournal journal, long window, int partitions) {
        var open = new Epoch(window * LENGTH);
        for (int partition = 0; partition < partitions; partition++) {
            journal.save(PartitionProof.begin(
                    new ProvingWindow(window % DEADLINES, open, open.plus(LENGTH), open.minus(20), open.minus(70)),
                    PartitionBatch.single(partition)));
        }
    }

    @Test
    void twoDaysAreKept_whenADeadlineHasManyPartitions() {
        var journal = new ProofJournal(store);
        for (long window = 0; window < 2 * DEADLINES; window++) {
            save(journal, window, 7);
        }

        assertThat(journal.since(new Epoch(0))).hasSize((int) (2 * DEADLINES * 7));
        assertThat(journal.since(new Epoch(DAY))).hasSize((int) (DEADLINES * 7));
        assertThat(journal.recent().getFirst().open()).isEqualTo(new Epoch(2 * DAY - LENGTH));

        for (long window = 2 * DEADLINES; window < 2 * DEADLINES + 10; window++) {
            save(journal, window, 7);
        }
        assertThat(journal.recent().getLast().open())
                .as("of 106 windows the last hundred before the newest")
                .isEqualTo(new Epoch(5 * LENGTH));
    }

    @Test
    void weeksAreKept_whenTheMinerIsSmall() {
        var journal = new ProofJournal(store);
        for (long day = 0; day < 20; day++) {
            save(journal, day * DEADLINES, 2);
        }

        assertThat(journal.recent()).hasSize(40);
    }

    @Test
    void oldestGoAllTheSame_whenThereAreTooMany() {
        var journal = new ProofJournal(store, 20);
        save(journal, 0, 15);
        save(journal, 1, 15);

        assertThat(journal.recent()).hasSize(20);
        assertThat(journal.since(new Epoch(LENGTH))).hasSize(15);
        assertThat(store.<Boolean>read(tx -> tx.meta().get("post.0.0.0").isEmpty()))
                .isTrue();
    }
}
