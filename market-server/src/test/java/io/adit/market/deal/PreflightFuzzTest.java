package io.adit.market.deal;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.adit.core.Fuzzer;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import org.junit.jupiter.api.Test;

/** Proposals that anybody may have tried. */
class PreflightFuzzTest {
    @Test
    void anyProposal_isReadOrATypedFailure() {
        Fuzzer.of("preflight", 4 << 20).run(5_000, (input, random) -> {
            try {
                PreflightJson.read(MarketPages.parse(input), Address.ofId(1000));
            } catch (AditException | JsonProcessingException refused) {
                // as it should be
            }
        });
    }
}
