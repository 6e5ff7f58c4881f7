package io.adit.devnet.actor;

import io.adit.chain.type.PoStProof;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One deadline of a miner: its partitions, which of them are proven in the present window, and the proofs of the last window,
 * which may still be disputed.
 *
 * @param partitions in order of their index
 * @param posted indices proven in the present window
 * @param submissions proofs of the present window that recovered nothing
 * @param disputable what {@code submissions} was when the window closed
 */
public record Deadline(
        List<Partition> partitions, BitField posted, List<Submission> submissions, List<Submission> disputable) {
    public static final Deadline EMPTY = new Deadline(List.of(), BitField.of(), List.of(), List.of());

    /**
     * An optimistically accepted window proof.
     *
     * @param partitions the proven partitions
     */
    public record Submission(BitField partitions, PoStProof proof) {}

    public Deadline {
        partitions = List.copyOf(partitions);
        submissions = List.copyOf(submissions);
        disputable = List.copyOf(disputable);
    }

    public boolean hasLiveSectors() {
        return partitions.stream().anyMatch(partition -> partition.live().cardinality() > 0);
    }

    /** Sectors in partitions with something to prove that no accepted proof of this window covers. */
    public boolean awaitsProof() {
        for (int index = 0; index < partitions.size(); index++) {
            var partition = partitions.get(index);
            boolean provable = partition
                            .live()
                            .minus(partition.faults())
                            .union(partition.recoveries())
                            .cardinality()
                    > 0;
            if (provable && !posted.contains(index)) {
                return true;
            }
        }
        return false;
    }

    Deadline with(int index, Partition partition) {
        var next = new ArrayList<>(partitions);
        if (index == next.size()) {
            next.add(partition);
        } else {
            next.set(index, partition);
        }
        return new Deadline(next, posted, submissions, disputable);
    }

    Deadline withPosted(BitField which) {
        return new Deadline(partitions, posted.union(which), submissions, disputable);
    }

    Deadline withSubmission(Submission submission) {
        var next = new ArrayList<>(submissions);
        next.add(submission);
        return new Deadline(partitions, posted, next, disputable);
    }

    /** The window has closed. */
    Deadline closed() {
        return new Deadline(partitions, BitField.of(), List.of(), submissions);
    }

    Partition partition(long index) {
        if (index < 0 || index >= partitions.size()) {
            throw ActorAbort.notFound("no such partition " + index);
        }
        return partitions.get((int) index);
    }

    void encode(CborWriter writer) {
        writer.array(4).array(partitions.size());
        partitions.forEach(partition -> partition.encode(writer));
        writer.bytes(posted.toRle());
        encode(writer, submissions);
        encode(writer, disputable);
    }

    private static void encode(CborWriter writer, List<Submission> list) {
        writer.array(list.size());
        for (var submission : list) {
            writer.array(2).bytes(submission.partitions().toRle());
            writer.bytes(submission.proof().proof());
        }
    }
}
