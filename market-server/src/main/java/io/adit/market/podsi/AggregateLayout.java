package io.adit.market.podsi;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Fr32;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * Where pieces lie in an aggregate that is made of them, as go-data-segment lays them out: in their order, each at the next
 * multiple of its size, the index at the end. What lies between is zero.
 *
 * @param size of the aggregate, padded
 */
public record AggregateLayout(PaddedSize size, List<DataSegment> segments) {
    private static final long LEAST_INDEX = 4L * DataSegment.BYTES;
    private static final long MOST_BYTES = 1L << 40;

    public AggregateLayout {
        segments = List.copyOf(segments);
    }

    /** @throws InvalidValueException when the pieces and their index do not fit */
    public static AggregateLayout of(PaddedSize size, List<PieceInfo> pieces) {
        if (pieces.size() > SegmentIndex.entries(size)) {
            throw new InvalidValueException(
                    "pieces of an aggregate", pieces.size(), "at most " + SegmentIndex.entries(size));
        }
        var segments = new ArrayList<DataSegment>();
        long end = 0;
        for (var piece : pieces) {
            long bytes = piece.size().bytes();
            long offset = (end + bytes - 1) / bytes * bytes;
            end = offset + bytes;
            if (end > SegmentIndex.start(size)) {
                throw new InvalidValueException(
                        "piece " + segments.size() + " of an aggregate",
                        bytes + " bytes at " + offset,
                        "before the index at " + SegmentIndex.start(size));
            }
            segments.add(new DataSegment(piece, offset));
        }
        return new AggregateLayout(size, segments);
    }

    /** In the smallest aggregate that Curio, too, makes of them. */
    public static AggregateLayout of(List<PieceInfo> pieces) {
        long end = 0;
        for (var piece : pieces) {
            long bytes = piece.size().bytes();
            end = (end + bytes - 1) / bytes * bytes + bytes;
        }
        long size = 2 * Long.highestOneBit(end + LEAST_INDEX);
        // Of many small pieces the index is larger than the least one.
        while (size <= MOST_BYTES && !fit(new PaddedSize(size), pieces.size(), end)) {
            size *= 2;
        }
        if (size <= MOST_BYTES) {
            return of(new PaddedSize(size), pieces);
        }
        throw new InvalidValueException("pieces of an aggregate", end + " bytes", "at most " + MOST_BYTES);
    }

    private static boolean fit(PaddedSize size, int pieces, long end) {
        return pieces <= SegmentIndex.entries(size) && end <= SegmentIndex.start(size);
    }

    /** What the whole is when every piece is in its place. */
    public PieceInfo aggregate() {
        return new Aggregate(size, segments).root();
    }

    /** Bytes of payload. */
    public long rawSize() {
        return size.unpadded().bytes();
    }

    /** Where in the payload a piece begins. */
    public long rawOffset(int position) {
        return raw(segments.get(position).offset());
    }

    /** Where in the payload the index begins. */
    public long rawIndexOffset() {
        return raw(SegmentIndex.start(size));
    }

    private static long raw(long padded) {
        return padded / Fr32.PADDED_QUAD * Fr32.RAW_QUAD;
    }

    /** The index as payload, without the zeros after the last entry. */
    public byte[] rawIndex() {
        int quads = (segments.size() * DataSegment.BYTES + Fr32.PADDED_QUAD - 1) / Fr32.PADDED_QUAD;
        var nodes = new byte[quads * Fr32.PADDED_QUAD];
        for (int i = 0; i < segments.size(); i++) {
            System.arraycopy(segments.get(i).bytes(), 0, nodes, i * DataSegment.BYTES, DataSegment.BYTES);
        }
        var raw = new byte[quads * Fr32.RAW_QUAD];
        Fr32.unpad(nodes, 0, raw, 0, quads);
        return raw;
    }
}
