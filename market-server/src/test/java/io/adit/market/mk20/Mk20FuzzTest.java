package io.adit.market.mk20;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What clients of the HTTP market send: deals, and the header that says who they are. */
class Mk20FuzzTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int HEADERS = 3;

    @Test
    void anyDeal_isTakenAndReadAgainAlike_orRefused() {
        Fuzzer.of("mk20", 4 << 20).run(5_000, (input, random) -> {
            if (Mk20Json.read(input) instanceof Mk20Json.Reading.Whole whole) {
                assertThat(Mk20Json.read(Mk20Json.write(whole.deal()))).isEqualTo(whole);
            }
        });
    }

    /** One header a line: Authorization, Content-Digest, Adit-Nonce. */
    @Test
    void anyHeaders_areRefused_unlessTheySignThisRequest() {
        Fuzzer.of("curio-auth", 2 << 20).run(5_000, (input, random) -> {
            var lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", HEADERS);
            var given = Arrays.copyOf(lines, HEADERS);
            List<String> headers =
                    Arrays.stream(given).map(line -> line == null ? "" : line).toList();
            try {
                var header = AuthHeader.parse(headers.get(0), headers.get(1), headers.get(2));
                assertThat(header.signs("POST", "/market/mk20/store", NOW)).isFalse();
            } catch (AuthHeader.MalformedException refused) {
                // as it should be
            }
        });
    }
}
