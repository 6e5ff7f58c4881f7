package io.adit.market.bitswap;

import io.adit.core.Fuzzer;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import org.junit.jupiter.api.Test;

/** What clients send on bitswap's streams. */
class BitswapFuzzTest {
    @Test
    void anyStream_isReadOrATypedFailure() {
        Fuzzer.of("bitswap", 4 << 20).run(20_000, (input, random) -> {
            var reader = new WantlistReader(new ByteArrayInputStream(input), entry -> {});
            try {
                while (reader.next().isPresent()) {
                    // to the end
                }
            } catch (MalformedWireException | EOFException refused) {
                // as it should be
            }
        });
    }
}
