package io.adit.libp2p.multistream;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Libp2pException;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultistreamFuzzTest {
    private static final List<String> KNOWN = List.of("/noise", "/yamux/1.0.0");

    @Test
    void anyInput_isAnsweredOrATypedFailure() {
        Fuzzer.of("multistream", 1 << 20).run(20_000, (input, random) -> {
            try {
                MultistreamSelect.answer(
                        new ByteArrayInputStream(input), OutputStream.nullOutputStream(), KNOWN::contains);
            } catch (Libp2pException refused) {
                // as it should be
            }
            try {
                MultistreamSelect.propose(new ByteArrayInputStream(input), OutputStream.nullOutputStream(), KNOWN);
            } catch (Libp2pException refused) {
                // as it should be
            }
        });
    }
}
