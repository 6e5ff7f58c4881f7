package io.adit.market.podsi;

import io.adit.core.fil.CommP;
import io.adit.core.fil.Fr32;
import io.adit.core.fil.PaddedSize;
import java.util.ArrayList;
import java.util.List;

/** Makes the payload of aggregates. */
public final class TestAggregates {
    private TestAggregates() {}

    /** The segments of pieces laid one after the other, each at a multiple of its size. */
    public static List<DataSegment> segments(List<byte[]> pieces) {
        var segments = new ArrayList<DataSegment>();
        long end = 0;
        for (var data : pieces) {
            var piece = CommP.of(data);
            long size = piece.size().bytes();
            long offset = (end + size - 1) / size * size;
            segments.add(new DataSegment(piece, offset));
            end = offset + size;
        }
        return segments;
    }

    /** The aggregate's payload: the pieces in their places, the index at the end. */
    public static byte[] payload(PaddedSize size, List<byte[]> pieces, List<DataSegment> segments) {
        var raw = new byte[(int) size.unpadded().bytes()];
        for (int i = 0; i < pieces.size(); i++) {
            int at = (int) (segments.get(i).offset() / 128 * 127);
            System.arraycopy(pieces.get(i), 0, raw, at, pieces.get(i).length);
        }
        var index = new byte[SegmentIndex.entries(size) * DataSegment.BYTES];
        for (int i = 0; i < segments.size(); i++) {
            System.arraycopy(segments.get(i).bytes(), 0, index, i * DataSegment.BYTES, DataSegment.BYTES);
        }
        Fr32.unpad(index, 0, raw, (int) (SegmentIndex.start(size) / 128 * 127), index.length / 128);
        return raw;
    }
}
