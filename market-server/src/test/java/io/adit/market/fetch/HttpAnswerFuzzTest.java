package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What servers that clients name send to the fetcher. */
class HttpAnswerFuzzTest {
    private static final FetchSource ASKED =
            new FetchSource(URI.create("https://example.com/piece/x?y=z"), Map.of("X-Token", "t"), true);
    private static final AddressRules PUBLIC = new AddressRules(false);

    @Test
    void anyAnswer_isReadOrATypedFailure() {
        var buffer = new byte[4 << 10];
        Fuzzer.of("http-answer", 2 << 20).run(10_000, (input, random) -> {
            try (var answer = new HttpAnswer(new ByteArrayInputStream(input), () -> {})) {
                redirect(answer);
                var length = answer.length();
                long read = 0;
                var body = answer.body(new Rate(FetchLimits.standard()));
                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                    assertThat(n).isPositive();
                    read += n;
                }
                assertThat(read).isEqualTo(length.orElse(read)).isLessThanOrEqualTo(input.length);
            } catch (FetchException | IOException refused) {
                // as it should be
            }
        });
    }

    private static void redirect(HttpAnswer answer) {
        try {
            var next = Fetcher.redirected(ASKED, answer, PUBLIC);
            assertThat(next.url().getScheme()).isEqualToIgnoringCase("https");
            assertThat(next.operators()).isEqualTo(!next.headers().isEmpty());
            if (next.operators()) {
                assertThat(next.url().getHost()).isEqualToIgnoringCase("example.com");
            }
        } catch (FetchException refused) {
            // as it should be
        }
    }
}
