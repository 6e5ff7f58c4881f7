package io.adit.market.deal.wire;

import io.adit.core.Fuzzer;
import io.adit.core.error.AditException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What clients send on the deal protocols. */
class DealFuzzTest {
    private static final List<Consumer<byte[]>> DECODERS =
            List.of(DealParams::fromCbor, DealStatusRequest::fromCbor, AskRequest::fromCbor);

    @Test
    void anyMessage_isReadOrATypedFailure() {
        Fuzzer.of("deal", 4 << 20).run(10_000, (input, random) -> {
            for (var decoder : DECODERS) {
                try {
                    decoder.accept(input);
                } catch (AditException refused) {
                    // as it should be
                }
            }
        });
    }
}
