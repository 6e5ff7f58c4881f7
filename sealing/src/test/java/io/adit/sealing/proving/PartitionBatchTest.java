package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.PoStPartition;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.state.Bytes;
import io.adit.core.state.SqlStateStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionBatchTest {

    @TempDir
    Path directory;

    @Test
    void batchesKeepToTheLimit_whateverIsWanted() {
        assertThat(PartitionBatch.plan(0, 3, SectorSize.GIB_32)).isEmpty();
        assertThat(PartitionBatch.plan(2, 1, SectorSize.GIB_32))
                .containsExactly(PartitionBatch.single(0), PartitionBatch.single(1));
        assertThat(PartitionBatch.plan(7, 3, SectorSize.GIB_32))
                .as("three times 2,349 sectors")
                .containsExactly(new PartitionBatch(0, 3), new PartitionBatch(3, 3), new PartitionBatch(6, 1));
        assertThat(PartitionBatch.plan(4, 10, SectorSize.KIB_2))
                .containsExactly(new PartitionBatch(0, 3), new PartitionBatch(3, 1));
        assertThat(PartitionBatch.plan(3000, 3, SectorSize.GIB_32)).hasSize(1000);
    }

    @Test
    void recordOfABatchIsFoundForEachOfItsPartitions_withTheSectorsLeftOutOfEach() throws Exception {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            var journal = new ProofJournal(store);
            var window = new ProvingWindow(7, new Epoch(100), new Epoch(160), new Epoch(80), new Epoch(30));
            var made = new PartitionProof.Made(
                    Randomness.of(new byte[32]),
                    RegisteredPoStProof.window(SectorSize.GIB_32),
                    new Bytes(new byte[] {1, 2}),
                    List.of(new PoStPartition(3, BitField.of(5)), new PoStPartition(4, BitField.ofRange(2349, 117))));
            var saved = journal.save(
                    PartitionProof.begin(window, new PartitionBatch(3, 2)).proven(made, "disks"));

            assertThat(journal.find(window, new PartitionBatch(3, 2))).contains(saved);
            assertThat(journal.covering(window, 3)).contains(saved);
            assertThat(journal.covering(window, 4)).contains(saved);
            assertThat(journal.covering(window, 5)).isEmpty();
            assertThat(journal.find(window, PartitionBatch.single(3))).isEmpty();
            assertThat(saved.made().orElseThrow().skipped().cardinality()).isEqualTo(118);
            assertThat(saved.messageKey()).isEqualTo("post/100/3x2");
        }
    }

    @Test
    void recordOfABatchStandsForNoneButThoseInItsProof_andForNoneWhenItWasSplit() throws Exception {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            var journal = new ProofJournal(store);
            var window = new ProvingWindow(7, new Epoch(100), new Epoch(160), new Epoch(80), new Epoch(30));
            var begun = journal.save(PartitionProof.begin(window, new PartitionBatch(0, 3)));
            assertThat(journal.covering(window, 2)).contains(begun);

            var made = new PartitionProof.Made(
                    Randomness.of(new byte[32]),
                    RegisteredPoStProof.window(SectorSize.GIB_32),
                    new Bytes(new byte[] {1, 2}),
                    List.of(new PoStPartition(0, BitField.EMPTY), new PoStPartition(1, BitField.EMPTY)));
            var proven = journal.save(begun.proven(made, ""));
            assertThat(journal.covering(window, 1)).contains(proven);
            assertThat(journal.covering(window, 2)).as("left out").isEmpty();

            journal.save(proven.ended(PartitionProof.Phase.SPLIT, "refused"));
            assertThat(journal.covering(window, 1)).isEmpty();
            var single = journal.save(PartitionProof.begin(window, PartitionBatch.single(1)));
            assertThat(journal.covering(window, 1)).contains(single);
        }
    }

    @Test
    void recordWrittenBeforeThereWereBatchesIsRead() throws Exception {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            var window = new ProvingWindow(7, new Epoch(100), new Epoch(160), new Epoch(80), new Epoch(30));
            store.transactVoid(tx -> tx.meta().put("post.100.7.3", """
                            {"open":100,"close":160,"deadline":7,"partition":3,"attempt":1,"phase":"PROVEN","note":"n",
                            "challenge":"%s","proofType":13,"proof":"0102","skipped":"%s","message":null}
                            """.formatted(
                            "00".repeat(32),
                            java.util.HexFormat.of().formatHex(BitField.of(5).toRle()))));

            var proof = new ProofJournal(store)
                    .find(window, PartitionBatch.single(3))
                    .orElseThrow();

            assertThat(proof.messageKey()).isEqualTo("post/100/3/1");
            assertThat(proof.made().orElseThrow().partitions()).containsExactly(new PoStPartition(3, BitField.of(5)));
        }
    }
}
