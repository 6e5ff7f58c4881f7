package io.adit.devnet.actor;

import io.adit.devnet.policy.ChainPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the deadline of each newly proven sector as {@code deadline_assignment.rs} does: fewest partitions after the
 * sector joins, then fill a partition that is begun, the fullest first, then the fewest live sectors, then the lowest index.
 * The deadline that is open and the next one are left out.
 */
final class DeadlineAssignment {
    private record Candidate(int index, long live, long total, long partitionSize) {
        long compacted() {
            return Math.ceilDiv(live + 1, partitionSize);
        }

        long partitions() {
            return Math.ceilDiv(total + 1, partitionSize);
        }

        boolean full() {
            return total % partitionSize == 0;
        }
    }

    private static final Comparator<Candidate> ORDER = Comparator.comparingLong(Candidate::compacted)
            .thenComparingLong(Candidate::partitions)
            .thenComparing(Candidate::full)
            .thenComparing((a, b) -> a.full() || b.full() ? 0 : Long.compare(b.total(), a.total()))
            .thenComparingLong(Candidate::live)
            .thenComparingInt(Candidate::index);

    private DeadlineAssignment() {}

    static void assign(MinerState state, ChainPolicy policy, long epoch, List<Sector> sectors) {
        int size = state.windowProof().partitionSectors();
        for (var sector : sectors) {
            var best = IntStream.range(0, state.deadlines.size())
                    .filter(index -> state.deadline(policy, index, epoch).isMutable())
                    .mapToObj(index -> candidate(state.deadlines.get(index), index, size))
                    .min(ORDER)
                    .orElseThrow(() -> ActorAbort.illegalState("no deadline can take a sector"));
            place(state, best.index(), sector.number(), size);
        }
    }

    private static Candidate candidate(Deadline deadline, int index, int size) {
        long live = 0;
        long total = 0;
        for (var partition : deadline.partitions()) {
            live += partition.live().cardinality();
            total += partition.sectors().cardinality();
        }
        return new Candidate(index, live, total, size);
    }

    private static void place(MinerState state, int index, long number, int size) {
        var deadline = state.deadlines.get(index);
        int last = deadline.partitions().size() - 1;
        boolean open = last >= 0 && deadline.partitions().get(last).sectors().cardinality() < size;
        int target = open ? last : last + 1;
        var partition = open ? deadline.partitions().get(last) : Partition.EMPTY;
        state.setDeadline(index, deadline.with(target, partition.add(number)));
    }
}
