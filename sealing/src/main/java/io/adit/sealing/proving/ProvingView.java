package io.adit.sealing.proving;

import io.adit.chain.node.Deadline;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MinerPower;
import io.adit.chain.node.Partition;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.state.StateStore;
import java.util.ArrayList;
import java.util.List;

/** What {@code adit proving} shows; asked of the chain at the moment of asking. */
public final class ProvingView {

    private final FullNode node;
    private final ActorId miner;
    private final ProofJournal journal;

    /** Looks at this miner. */
    public ProvingView(FullNode node, ActorId miner, StateStore store) {
        this.node = node;
        this.miner = miner;
        this.journal = new ProofJournal(store);
    }

    /**
     * The miner's proving at a glance.
     *
     * @param head the epoch it was asked at
     * @param deadline the deadline that is open, or opens next
     * @param power raw and quality-adjusted, of the miner and the network
     * @param faults sectors that are faulty, recovering ones included
     * @param recoveries faulty sectors declared recovered
     */
    public record Summary(Epoch head, DeadlineInfo deadline, MinerPower power, BitField faults, BitField recoveries) {}

    /**
     * One deadline of the period.
     *
     * @param open the first epoch of its next (or present) window
     * @param close the first epoch after that window
     * @param partitions how many it has
     * @param proven partitions proven in the present window
     * @param live,faulty sectors in it
     * @param current whether it is the open one
     */
    public record DeadlineView(
            long index,
            Epoch open,
            Epoch close,
            int partitions,
            long proven,
            long live,
            long faulty,
            boolean current) {}

    /** One partition of a deadline, with the sectors by kind. */
    public record PartitionView(long index, Partition sectors) {}

    /** Faulty sectors of one partition. */
    public record FaultView(long deadline, long partition, BitField faulty, BitField recovering) {}

    /** The glance. */
    public Summary summary() {
        TipSet head = node.chainHead();
        var address = miner.address();
        return new Summary(
                head.height(),
                node.stateMinerProvingDeadline(address, head.key()),
                node.stateMinerPower(address, head.key()),
                node.stateMinerFaults(address, head.key()),
                node.stateMinerRecoveries(address, head.key()));
    }

    /** All deadlines of the period, by index. */
    public List<DeadlineView> deadlines() {
        TipSet head = node.chainHead();
        DeadlineInfo now = node.stateMinerProvingDeadline(miner.address(), head.key());
        List<Deadline> deadlines = node.stateMinerDeadlines(miner.address(), head.key());
        var views = new ArrayList<DeadlineView>();
        for (int index = 0; index < deadlines.size(); index++) {
            List<Partition> partitions = node.stateMinerPartitions(miner.address(), index, head.key());
            long ahead = Math.floorMod(index - now.index(), now.wPoStPeriodDeadlines());
            var open = now.open().plus(ahead * now.wPoStChallengeWindow());
            views.add(new DeadlineView(
                    index,
                    open,
                    open.plus(now.wPoStChallengeWindow()),
                    partitions.size(),
                    deadlines.get(index).postSubmissions().cardinality(),
                    count(partitions, true),
                    count(partitions, false),
                    ahead == 0));
        }
        return views;
    }

    /** The partitions of one deadline. */
    public List<PartitionView> deadline(long index) {
        List<Partition> partitions = node.stateMinerPartitions(
                miner.address(), index, node.chainHead().key());
        var views = new ArrayList<PartitionView>();
        for (int i = 0; i < partitions.size(); i++) {
            views.add(new PartitionView(i, partitions.get(i)));
        }
        return views;
    }

    /** Partitions that have faulty sectors, in the order of their deadlines. */
    public List<FaultView> faults() {
        TipSet head = node.chainHead();
        int deadlines = node.stateMinerDeadlines(miner.address(), head.key()).size();
        var faults = new ArrayList<FaultView>();
        for (int deadline = 0; deadline < deadlines; deadline++) {
            List<Partition> partitions = node.stateMinerPartitions(miner.address(), deadline, head.key());
            for (int i = 0; i < partitions.size(); i++) {
                Partition partition = partitions.get(i);
                if (!partition.faultySectors().isEmpty()) {
                    faults.add(new FaultView(deadline, i, partition.faultySectors(), partition.recoveringSectors()));
                }
            }
        }
        return faults;
    }

    /** What this node did in the last windows, newest first. */
    public List<PartitionProof> recent() {
        return journal.recent();
    }

    private static long count(List<Partition> partitions, boolean live) {
        return partitions.stream()
                .mapToLong(partition -> (live ? partition.liveSectors() : partition.faultySectors()).cardinality())
                .sum();
    }
}
