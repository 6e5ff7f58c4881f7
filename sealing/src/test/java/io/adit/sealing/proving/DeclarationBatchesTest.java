package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.SectorDeclaration;
import io.adit.core.fil.BitField;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeclarationBatchesTest {

    private static SectorDeclaration of(long partition, long start, long count) {
        return new SectorDeclaration(7, partition, BitField.ofRange(start, count));
    }

    @Test
    void oneMessage_whenTheLimitsAreNotReached() {
        var all = List.of(of(0, 0, 2349), of(1, 5000, 2349));

        assertThat(DeclarationBatches.split(all, 3000, 25_000)).containsExactly(all);
        assertThat(DeclarationBatches.split(List.of(), 3000, 25_000)).isEmpty();
    }

    @Test
    void partitionsGoToTheNextMessage_whenOneHasAsManyAsItMay() {
        assertThat(DeclarationBatches.split(List.of(of(0, 0, 1), of(1, 10, 1), of(2, 20, 1)), 2, 100))
                .containsExactly(List.of(of(0, 0, 1), of(1, 10, 1)), List.of(of(2, 20, 1)));
    }

    @Test
    void partitionIsCut_whenItHasMoreSectorsThanAMessageMay() {
        assertThat(DeclarationBatches.split(List.of(of(0, 0, 5), of(1, 100, 2)), 10, 3))
                .containsExactly(List.of(of(0, 0, 3)), List.of(of(0, 3, 2), of(1, 100, 1)), List.of(of(1, 101, 1)));
    }

    @Test
    void everySectorIsDeclaredOnceWithinTheLimits_whateverTheSectors() {
        var random = new Random(4);
        for (int round = 0; round < 200; round++) {
            var all = new ArrayList<SectorDeclaration>();
            var sectors = BitField.EMPTY;
            for (int partition = 0; partition < random.nextInt(1, 9); partition++) {
                var some = BitField.ofRange(partition * 100L + random.nextInt(20), random.nextInt(1, 30))
                        .union(BitField.ofRange(partition * 100L + 60 + random.nextInt(9), random.nextInt(1, 20)));
                all.add(new SectorDeclaration(1, partition, some));
                sectors = sectors.union(some);
            }
            int mostPartitions = random.nextInt(1, 5);
            int mostSectors = random.nextInt(1, 60);

            var batches = DeclarationBatches.split(all, mostPartitions, mostSectors);

            var seen = BitField.EMPTY;
            long count = 0;
            for (var batch : batches) {
                assertThat(batch).hasSizeBetween(1, mostPartitions);
                long here = 0;
                for (var declaration : batch) {
                    here += declaration.sectors().cardinality();
                    seen = seen.union(declaration.sectors());
                }
                assertThat(here).isBetween(1L, (long) mostSectors);
                count += here;
            }
            assertThat(seen).isEqualTo(sectors);
            assertThat(count).isEqualTo(sectors.cardinality());
        }
    }
}
