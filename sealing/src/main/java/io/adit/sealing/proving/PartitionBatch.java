package io.adit.sealing.proving;

import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorSize;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Partitions of a deadline that one message proves with one proof.
 *
 * <p>Several in one message share its base cost in gas, but stand and fall together: the actor takes exactly one proof, over
 * the sectors of all of them. So a batch whose proof fails is proven again partition by partition.
 *
 * @param first the first one's index
 * @param count how many, in a row
 */
record PartitionBatch(long first, int count) {

    /** builtin-actors {@code POSTED_PARTITIONS_MAX}. */
    static final int MOST_PARTITIONS = 3;

    static PartitionBatch single(long partition) {
        return new PartitionBatch(partition, 1);
    }

    /**
     * A deadline's partitions in batches, by index alone, so that a restart inside a window finds the same ones.
     *
     * @param wanted most in a batch; the chain's limits on partitions and sectors lower it
     */
    static List<PartitionBatch> plan(int partitions, int wanted, SectorSize size) {
        int most = Math.clamp(
                DeclarationBatches.MOST_SECTORS / size.partitionSectors(), 1, Math.min(wanted, MOST_PARTITIONS));
        var batches = new ArrayList<PartitionBatch>();
        for (int first = 0; first < partitions; first += most) {
            batches.add(new PartitionBatch(first, Math.min(most, partitions - first)));
        }
        return batches;
    }

    /** Each of its partitions alone. */
    List<PartitionBatch> singles() {
        return partitions().stream().map(PartitionBatch::single).toList();
    }

    List<Long> partitions() {
        return LongStream.range(first, first + count).boxed().toList();
    }

    BitField indices() {
        return BitField.ofRange(first, count);
    }

    boolean covers(long partition) {
        return partition >= first && partition < first + count;
    }

    /** As names and keys carry it: {@code 4}, or {@code 3x2} for partitions 3 and 4. */
    @Override
    public String toString() {
        return count == 1 ? Long.toString(first) : first + "x" + count;
    }
}
