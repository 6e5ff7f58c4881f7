package io.adit.libp2p.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.wire.MalformedWireException;
import org.junit.jupiter.api.Test;

/** What others have signed, with keys of all types. */
class SignedEnvelopeFuzzTest {
    private static final String DOMAIN = "libp2p-relay-rsvp";

    @Test
    void anyEnvelope_isOpenedOrATypedFailure() {
        Fuzzer.of("envelope", 2 << 20).run(2_000, (input, random) -> {
            try {
                assertThat(SignedEnvelope.open(input, DOMAIN).payload()).hasSizeLessThan(input.length);
            } catch (MalformedWireException refused) {
                // as it should be
            }
        });
    }
}
