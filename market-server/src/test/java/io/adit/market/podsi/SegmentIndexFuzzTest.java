package io.adit.market.podsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.PaddedSize;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The index at the end of an aggregate that a client brings. */
class SegmentIndexFuzzTest {
    private static final PaddedSize AGGREGATE = new PaddedSize(1 << 20);

    @Test
    void anyIndex_isReadOrATypedFailure() {
        Fuzzer.of("segment-index", 1 << 20).run(10_000, (input, random) -> {
            var nodes = Arrays.copyOf(input, input.length / DataSegment.BYTES * DataSegment.BYTES);
            mend(nodes, random);
            try {
                long end = 0;
                for (var segment : SegmentIndex.parse(nodes, AGGREGATE)) {
                    assertThat(segment.offset()).isGreaterThanOrEqualTo(end);
                    end = segment.offset() + segment.piece().size().bytes();
                    assertThat(end).isPositive().isLessThanOrEqualTo(SegmentIndex.start(AGGREGATE));
                }
            } catch (InvalidValueException refused) {
                // as it should be
            }
        });
    }

    /** Makes checksums right: a client who lies about a segment computes them, too. */
    private static void mend(byte[] nodes, Random random) {
        for (int at = 0; at < nodes.length; at += DataSegment.BYTES) {
            if (random.nextInt(4) > 0) {
                var entry = Arrays.copyOfRange(nodes, at, at + DataSegment.BYTES);
                System.arraycopy(DataSegment.summed(entry), 0, nodes, at, DataSegment.BYTES);
            }
        }
    }
}
