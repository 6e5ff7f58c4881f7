package io.adit.market.fetch;

import io.adit.core.Fuzzer;
import io.adit.core.error.AditException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Where clients say that their data is. */
class FetchSourceFuzzTest {
    private static final AddressRules PUBLIC = new AddressRules(false);

    @Test
    void anyParameters_areASourceOrATypedFailure() {
        Fuzzer.of("url", 4 << 20).run(10_000, (input, random) -> {
            try {
                FetchSource.parse(input, PUBLIC);
            } catch (AditException refused) {
                // as it should be
            }
            try {
                FetchSource.url(new String(input, StandardCharsets.ISO_8859_1), PUBLIC);
            } catch (AditException refused) {
                // as it should be
            }
        });
    }
}
