package io.adit.libp2p.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Tokens that come with a first packet from anywhere. */
class AddressTokensFuzzTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 4001);

    @Test
    void noTokenIsGood_thatWasNotMadeHere() {
        var tokens = new AddressTokens(new SecureRandom(), () -> NOW, () -> true);
        Fuzzer.of("quic-token", 1 << 20)
                .run(
                        10_000,
                        (input, random) -> assertThat(tokens.validateToken(Unpooled.wrappedBuffer(input), CLIENT))
                                .isEqualTo(-1));
    }
}
