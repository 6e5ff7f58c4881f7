package io.adit.market.podsi;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Fr32;
import io.adit.core.fil.PaddedSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The index of an aggregate: its last bytes, room for as many entries as its size allows. */
public final class SegmentIndex {
    private static final int LEAST_ENTRIES = 4;
    private static final int BYTES_PER_ENTRY = 2048 * DataSegment.BYTES;
    /** 32 MiB of entries, more than the largest sector's index has. */
    private static final int MOST_ENTRIES = 1 << 19;

    private SegmentIndex() {}

    /** Entries that an aggregate has room for. */
    public static int entries(PaddedSize aggregate) {
        long fitting = aggregate.bytes() / BYTES_PER_ENTRY;
        return (int) Math.min(MOST_ENTRIES, Math.max(LEAST_ENTRIES, Long.highestOneBit(fitting)));
    }

    /** Where the index begins, in padded bytes. */
    public static long start(PaddedSize aggregate) {
        return aggregate.bytes() - (long) entries(aggregate) * DataSegment.BYTES;
    }

    /**
     * Reads the index from an aggregate's payload. What the file lacks at its end are zeros.
     *
     * @param most entries that are read, of as many as there is room for; of an aggregate that holds more they are the first
     * @return the entries, from the first up to the first that is empty
     * @throws InvalidValueException when an entry is damaged, or lies over another or over the index
     */
    public static List<DataSegment> read(Path payload, PaddedSize aggregate, int most) throws IOException {
        if (aggregate.bytes() <= (long) LEAST_ENTRIES * DataSegment.BYTES) {
            throw new InvalidValueException("aggregate", aggregate.bytes() + " bytes", "larger than its index");
        }
        int read = Math.min(most, entries(aggregate));
        int quads = (read * DataSegment.BYTES + Fr32.PADDED_QUAD - 1) / Fr32.PADDED_QUAD;
        var raw = new byte[quads * Fr32.RAW_QUAD];
        try (var file = FileChannel.open(payload, StandardOpenOption.READ)) {
            var buffer = ByteBuffer.wrap(raw);
            long at = start(aggregate) / Fr32.PADDED_QUAD * Fr32.RAW_QUAD;
            int count = 0;
            while (count >= 0 && buffer.hasRemaining()) {
                count = file.read(buffer, at + buffer.position());
            }
        }
        var nodes = new byte[quads * Fr32.PADDED_QUAD];
        Fr32.pad(raw, 0, nodes, 0, quads);
        return parse(Arrays.copyOf(nodes, read * DataSegment.BYTES), aggregate);
    }

    /** @param nodes whole entries, padded */
    static List<DataSegment> parse(byte[] nodes, PaddedSize aggregate) {
        var segments = new ArrayList<DataSegment>();
        long end = 0;
        var empty = new byte[DataSegment.BYTES];
        for (int at = 0; at < nodes.length; at += DataSegment.BYTES) {
            var entry = Arrays.copyOfRange(nodes, at, at + DataSegment.BYTES);
            if (Arrays.equals(entry, empty)) {
                break;
            }
            int number = segments.size();
            var segment = DataSegment.parse(entry)
                    .orElseThrow(() -> new InvalidValueException(
                            "data segment " + number, "one that is damaged", "an entry with its checksum"));
            if (segment.offset() < end || segment.piece().size().bytes() > start(aggregate) - segment.offset()) {
                throw new InvalidValueException(
                        "data segment " + number,
                        segment.piece().size().bytes() + " bytes at " + segment.offset(),
                        "after byte " + end + " and before the index at " + start(aggregate));
            }
            end = segment.offset() + segment.piece().size().bytes();
            segments.add(segment);
        }
        return segments;
    }
}
