package io.adit.market.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What anybody asks the retrieval server for. */
class RequestFuzzTest {
    private static final int LINES = 5;
    private static final List<Long> SIZES = List.of(0L, 1L, 1000L, 32L << 30, Long.MAX_VALUE);

    /** One line each: target, Accept, Range, If-None-Match, If-Range. */
    @Test
    void anyRequest_isReadOrRefused() {
        Fuzzer.of("request", 2 << 20).run(10_000, (input, random) -> {
            var lines = Arrays.copyOf(new String(input, StandardCharsets.ISO_8859_1).split("\n", LINES), LINES);
            var request =
                    Arrays.stream(lines).map(line -> line == null ? "" : line).toList();
            try {
                var target = RequestTarget.parse(request.getFirst());
                assertThat(RequestTarget.rawPath(request.getFirst())).startsWith("/");
                target.segments().forEach(RequestFuzzTest::cid);
                ResponseFormat.of(target, request.get(1), true);
            } catch (RefusedException refused) {
                // as it should be
            }
            SIZES.forEach(size -> range(request.get(2), size));
            Conditions.matchNames(request.get(3), "\"x\"");
            Conditions.noneMatchNames(request.get(3), "W/\"x\"");
            Conditions.rangeCounts(request.get(4), "\"x\"");
        });
    }

    private static void cid(String segment) {
        try {
            Cids.parse(segment);
        } catch (RefusedException refused) {
            // as it should be
        }
    }

    private static void range(String header, long size) {
        try {
            ByteRange.parse(header, size).forEach(range -> {
                assertThat(range.first()).isBetween(0L, size - 1);
                assertThat(range.length()).isBetween(1L, size - range.first());
            });
        } catch (RefusedException refused) {
            // as it should be
        }
    }
}
