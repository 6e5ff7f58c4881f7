package io.adit.market.podsi;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.NodeHasher;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.ZeroCommitments;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Proves that a piece lies in an aggregate (FRC-0058).
 *
 * @param subtree from the piece's commitment to the aggregate's
 * @param index from the piece's entry in the index to the aggregate's commitment
 */
public record InclusionProof(Branch subtree, Branch index) {
    private static final int MOST_LEVELS = 58;

    /** The nodes beside a way to the root, and which node of its level the way begins at. */
    public record Branch(long number, List<Commitment> path) {
        public Branch {
            path = List.copyOf(path);
            if (path.size() > MOST_LEVELS || number < 0 || number >>> path.size() != 0) {
                throw new InvalidValueException(
                        "branch of a proof", number + " with " + path.size() + " nodes", "a node of a tree that high");
            }
        }

        private Commitment root(byte[] from) {
            var hasher = new NodeHasher();
            var node = from;
            for (int level = 0; level < path.size(); level++) {
                var beside = path.get(level).bytes();
                node = (number >>> level & 1) == 0 ? hasher.hash(node, beside) : hasher.hash(beside, node);
            }
            return Commitment.of(node);
        }
    }

    /**
     * The aggregate that the proof says the piece is in; whoever verifies compares it with one that he knows.
     *
     * @throws InvalidValueException when the proof contradicts itself
     */
    public PieceInfo aggregateOf(PieceInfo piece) {
        long bytes = piece.size().bytes();
        if (subtree.path().size() > MOST_LEVELS - ZeroCommitments.level(piece.size())) {
            throw new InvalidValueException("inclusion proof", "one of a tree of 2^63 bytes or more", "a smaller one");
        }
        var size = new PaddedSize(bytes << subtree.path().size());
        var root = subtree.root(piece.commP().bytes());
        var entry = new DataSegment(piece, subtree.number() * bytes).bytes();
        var node = new NodeHasher()
                .hash(
                        Arrays.copyOf(entry, NodeHasher.NODE),
                        Arrays.copyOfRange(entry, NodeHasher.NODE, DataSegment.BYTES));
        boolean sameTree = (long) DataSegment.BYTES << index.path().size() == size.bytes()
                && index.root(node).equals(root);
        if (!sameTree) {
            throw new InvalidValueException(
                    "inclusion proof", "two branches to different roots", "two to the same aggregate");
        }
        if (index.number() < SegmentIndex.start(size) / DataSegment.BYTES) {
            throw new InvalidValueException(
                    "inclusion proof", "entry " + index.number(), "an entry in the aggregate's index");
        }
        return new PieceInfo(root, size);
    }

    /** The form of go-data-segment: {@code [[number, [node…]], [number, [node…]]]}. */
    public byte[] toCbor() {
        var writer = new CborWriter().array(2);
        for (var branch : List.of(subtree, index)) {
            writer.array(2).uint(branch.number()).array(branch.path().size());
            branch.path().forEach(node -> writer.bytes(node.bytes()));
        }
        return writer.toByteArray();
    }

    public static InclusionProof fromCbor(byte[] cbor) {
        var reader = new CborReader(cbor);
        reader.array(2);
        var proof = new InclusionProof(branch(reader), branch(reader));
        reader.end();
        return proof;
    }

    private static Branch branch(CborReader reader) {
        reader.array(2);
        long number = reader.uint();
        int nodes = reader.array();
        if (nodes > MOST_LEVELS) {
            throw new InvalidValueException("branch of a proof", nodes + " nodes", "at most " + MOST_LEVELS);
        }
        var path = new ArrayList<Commitment>();
        for (int i = 0; i < nodes; i++) {
            path.add(Commitment.of(reader.bytes(NodeHasher.NODE)));
        }
        return new Branch(number, path);
    }
}
