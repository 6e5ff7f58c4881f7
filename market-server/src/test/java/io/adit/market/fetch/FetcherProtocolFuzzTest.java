package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import io.adit.market.fetch.FetcherProtocol.Request;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a fetcher process that a server has taken over may say to the node, and the node to it. */
class FetcherProtocolFuzzTest {
    private static final AddressRules PUBLIC = new AddressRules(false);
    private static final FetchSource SOURCE = new FetchSource(URI.create("https://example.com/"), Map.of());
    private static final List<Request> REQUESTS = List.of(new Request(SOURCE, 1000, 2000), Request.length(SOURCE));

    @Test
    void anyAnswer_isReadOrATypedFailure() {
        var buffer = new byte[1 << 10];
        Fuzzer.of("fetcher-answer", 1 << 20).run(10_000, (input, random) -> {
            var request = REQUESTS.get(random.nextInt(REQUESTS.size()));
            var answer = new FetcherProtocol.Answer(new DataInputStream(new ByteArrayInputStream(input)));
            try {
                long number = answer.opened(request);
                assertThat(request.asksLength() ? number : request.offset() - number)
                        .isNotNegative();
                long read = 0;
                for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
                    assertThat(n).isPositive();
                    read += n;
                }
                assertThat(read).isLessThan(input.length);
            } catch (FetchException e) {
                assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(600).doesNotContain("\n");
            } catch (IOException refused) {
                // as it should be
            }
        });
    }

    @Test
    void anyRequest_isReadOrATypedFailure() {
        Fuzzer.of("fetcher-request", 2 << 20).run(10_000, (input, random) -> {
            try {
                FetcherProtocol.readRequest(new DataInputStream(new ByteArrayInputStream(input)), PUBLIC);
            } catch (FetchException | IOException refused) {
                // as it should be
            }
        });
    }
}
