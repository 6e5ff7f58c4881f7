package io.adit.sealing.proving;

import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.node.Partition;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.sealing.SealingError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the chain says of a batch's partitions in one window: what is to be proven, and whether a proof stands and holds. */
final class WindowOnChain {

    private final ProvingContext context;
    private final PartitionProofMaker maker;
    private final ProvingWindow window;
    private final PartitionBatch batch;

    /** What was to be proven of each partition when the proof was found to hold; empty when that is not known. */
    private Map<Long, BitField> madeOver = Map.of();

    WindowOnChain(ProvingContext context, PartitionProofMaker maker, ProvingWindow window, PartitionBatch batch) {
        this.context = context;
        this.maker = maker;
        this.window = window;
        this.batch = batch;
    }

    /** A proof was made over these. */
    void made(Map<Long, BitField> due) {
        madeOver = due;
    }

    /** What must be proven of each partition; those with nothing to prove, or with a proof of their own, are not there. */
    Map<Long, BitField> due(TipSet head) {
        List<Partition> partitions =
                context.node().stateMinerPartitions(context.miner(), window.deadline(), head.key());
        var due = new TreeMap<Long, BitField>();
        for (long index : batch.partitions()) {
            if (batch.count() > 1
                    && context.journal()
                            .find(window, PartitionBatch.single(index))
                            .isPresent()) {
                continue;
            }
            Partition chain = partition(index, partitions);
            BitField some = chain.liveSectors().minus(chain.faultySectors()).union(chain.recoveringSectors());
            if (!some.isEmpty()) {
                due.put(index, some);
            }
        }
        return due;
    }

    /** Partitions of which nothing could be read are left out: the message is refused if they are in it. */
    static List<PoStPartition> proven(Map<Long, BitField> due, BitField skipped) {
        return due.entrySet().stream()
                .filter(one -> !one.getValue().minus(skipped).isEmpty())
                .map(one -> new PoStPartition(one.getKey(), one.getValue().intersect(skipped)))
                .toList();
    }

    /**
     * Whether the proof is one of the sectors that are to be proven on this chain: a reorg, or a declaration in it, may have
     * changed them while the challenge stayed. The chain would take such a proof unseen, and anybody might dispute it.
     */
    boolean holds(PartitionProof proof, TipSet head) {
        PartitionProof.Made made = proof.made().orElseThrow();
        Map<Long, BitField> due = due(head);
        if (due.equals(madeOver)) {
            return true;
        }
        BitField proven = BitField.EMPTY;
        for (PoStPartition one : made.partitions()) {
            BitField some = due.getOrDefault(one.index(), BitField.EMPTY).minus(one.skipped());
            if (some.isEmpty()) {
                return false;
            }
            proven = proven.union(some);
        }
        List<SectorOnChainInfo> sectors =
                context.node().stateMinerSectors(context.miner(), Optional.of(proven), head.key());
        boolean holds = maker.holds(made, made.challenge(), sectors);
        madeOver = holds ? due : Map.of();
        return holds;
    }

    /** The sectors that the chain, with the message executed, counts as proven by it. */
    List<SectorOnChainInfo> counted(PartitionProof proof, TipSet head) {
        List<Partition> partitions =
                context.node().stateMinerPartitions(context.miner(), window.deadline(), head.key());
        BitField proven = proof.made().orElseThrow().partitions().stream()
                .map(one -> partition(one.index(), partitions))
                .map(chain -> chain.liveSectors().minus(chain.faultySectors()))
                .reduce(BitField.EMPTY, BitField::union);
        return context.node().stateMinerSectors(context.miner(), Optional.of(proven), head.key());
    }

    private Partition partition(long index, List<Partition> known) {
        if (index >= known.size()) {
            throw new AditException(
                    SealingError.PARTITIONS_DOUBTED,
                    "looking for deadline " + window.deadline() + " partition " + index + ": the full node knows only "
                            + known.size() + " partitions");
        }
        return known.get((int) index);
    }

    /** True after the database was lost inside a window: the chain knows more than we do. */
    boolean hasProof(PartitionProof proof, TipSet head) {
        BitField indices = proof.made().map(PartitionProof.Made::indices).orElseGet(batch::indices);
        var deadlines = context.node().stateMinerDeadlines(context.miner(), head.key());
        return window.deadline() < deadlines.size()
                && deadlines.get((int) window.deadline()).postSubmissions().containsAll(indices);
    }
}
