package io.adit.market.podsi;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.NodeHasher;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.ZeroCommitments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tree of an aggregate, known from its segments and their index alone: everything else is zero. Its {@link #root} is the
 * aggregate's commitment exactly when the segments lie where the index says.
 */
public final class Aggregate {
    private final PaddedSize size;
    private final List<DataSegment> segments;
    private final int height;
    /** Nodes by level and number, those that are not zero. */
    private final List<Map<Long, byte[]>> levels = new ArrayList<>();

    /** @throws InvalidValueException when the index has no room for so many */
    public Aggregate(PaddedSize size, List<DataSegment> segments) {
        if (segments.size() > SegmentIndex.entries(size)) {
            throw new InvalidValueException(
                    "segments of an aggregate", segments.size(), "at most " + SegmentIndex.entries(size));
        }
        this.size = size;
        this.segments = List.copyOf(segments);
        this.height = ZeroCommitments.level(size);
        for (int level = 0; level <= height; level++) {
            levels.add(new HashMap<>());
        }
        for (int i = 0; i < segments.size(); i++) {
            var segment = segments.get(i);
            int level = ZeroCommitments.level(segment.piece().size());
            levels.get(level)
                    .put(
                            segment.offset() / segment.piece().size().bytes(),
                            segment.piece().commP().bytes());
            var entry = segment.bytes();
            long leaf = entryNumber(i) * 2;
            levels.getFirst().put(leaf, Arrays.copyOf(entry, NodeHasher.NODE));
            levels.getFirst().put(leaf + 1, Arrays.copyOfRange(entry, NodeHasher.NODE, DataSegment.BYTES));
        }
        hashUpwards();
    }

    private long entryNumber(int segment) {
        return SegmentIndex.start(size) / DataSegment.BYTES + segment;
    }

    private void hashUpwards() {
        var hasher = new NodeHasher();
        for (int level = 0; level < height; level++) {
            for (long number : new TreeMap<>(levels.get(level)).keySet()) {
                long parent = number / 2;
                levels.get(level + 1).put(parent, hasher.hash(node(level, parent * 2), node(level, parent * 2 + 1)));
            }
        }
    }

    private byte[] node(int level, long number) {
        return levels.get(level).getOrDefault(number, ZeroCommitments.node(level));
    }

    /** The commitment that an aggregate of these segments has. */
    public PieceInfo root() {
        return new PieceInfo(Commitment.of(node(height, 0)), size);
    }

    /** Proves that a segment lies in the aggregate and stands in its index. */
    public InclusionProof prove(int segment) {
        var wanted = segments.get(segment);
        long bytes = wanted.piece().size().bytes();
        return new InclusionProof(
                path(ZeroCommitments.level(wanted.piece().size()), wanted.offset() / bytes),
                path(1, entryNumber(segment)));
    }

    private InclusionProof.Branch path(int from, long number) {
        var path = new ArrayList<Commitment>();
        long at = number;
        for (int level = from; level < height; level++) {
            path.add(Commitment.of(node(level, at ^ 1)));
            at /= 2;
        }
        return new InclusionProof.Branch(number, path);
    }
}
