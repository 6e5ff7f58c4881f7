package io.adit.libp2p.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AddressTokensTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 4001);
    private static final byte[] CONNECTION_ID = {1, 2, 3, 4, 5, 6, 7, 8};

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_800_000_000));
    private final AtomicBoolean busy = new AtomicBoolean(true);
    private final AddressTokens tokens = tokens();

    private AddressTokens tokens() {
        return new AddressTokens(new SecureRandom(), now::get, busy::get);
    }

    private ByteBuf token() {
        var token = Unpooled.buffer();
        assertThat(tokens.writeToken(token, Unpooled.wrappedBuffer(CONNECTION_ID), CLIENT))
                .isTrue();
        return token;
    }

    @Test
    void quietHost_asksForNoToken() {
        busy.set(false);

        assertThat(tokens.writeToken(Unpooled.buffer(), Unpooled.wrappedBuffer(CONNECTION_ID), CLIENT))
                .isFalse();
    }

    @Test
    void token_carriesTheConnectionIdForItsAddress() {
        var token = token();

        assertThat(token.readableBytes()).isLessThanOrEqualTo(tokens.maxTokenLength());
        var offset = tokens.validateToken(token, CLIENT);
        assertThat(token.slice(offset, token.readableBytes() - offset))
                .isEqualTo(Unpooled.wrappedBuffer(CONNECTION_ID));
    }

    @Test
    void tokenOfAnotherAddressOrPort_isRefused() {
        assertThat(tokens.validateToken(token(), new InetSocketAddress("192.0.2.8", 4001)))
                .isEqualTo(-1);
        assertThat(tokens.validateToken(token(), new InetSocketAddress("192.0.2.7", 4002)))
                .isEqualTo(-1);
    }

    @Test
    void tokenThatIsOld_orFromTheFuture_isRefused() {
        var token = token();

        now.set(now.get().plus(Duration.ofSeconds(31)));
        assertThat(tokens.validateToken(token, CLIENT)).isEqualTo(-1);
        now.set(now.get().minus(Duration.ofSeconds(60)));
        assertThat(tokens.validateToken(token, CLIENT)).isEqualTo(-1);
    }

    @Test
    void tokenWithAnyByteChanged_isRefused() {
        var good = token();
        for (var index = 0; index < good.readableBytes(); index++) {
            var changed = good.copy();
            changed.setByte(index, changed.getByte(index) ^ 1);
            assertThat(tokens.validateToken(changed, CLIENT))
                    .as("byte " + index)
                    .isEqualTo(-1);
        }
    }

    @Test
    void tokenOfAnotherHost_orCutShort_isRefused() {
        assertThat(tokens().validateToken(token(), CLIENT)).isEqualTo(-1);
        for (var length = 0; length <= 24; length++) {
            assertThat(tokens.validateToken(token().slice(0, length), CLIENT)).isEqualTo(-1);
        }
    }
}
