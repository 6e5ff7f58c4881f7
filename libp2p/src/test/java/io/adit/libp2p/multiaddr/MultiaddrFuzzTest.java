package io.adit.libp2p.multiaddr;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.wire.MalformedWireException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MultiaddrFuzzTest {
    @Test
    void anyBytes_areAnAddressThatIsItsOwnText_orMalformed() {
        Fuzzer.of("multiaddr", 1 << 20).run(20_000, (input, random) -> {
            try {
                var address = Multiaddr.fromBytes(input);
                assertThat(Multiaddr.parse(address.toString())).isEqualTo(address);
                assertThat(Multiaddr.fromBytes(address.bytes())).isEqualTo(address);
            } catch (MalformedWireException refused) {
                // as it should be
            }
            try {
                Multiaddr.parse(new String(input, StandardCharsets.ISO_8859_1));
            } catch (MalformedWireException refused) {
                // as it should be
            }
        });
    }
}
