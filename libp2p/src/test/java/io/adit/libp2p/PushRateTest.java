package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.identify.Identify;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class PushRateTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Test
    void burstIsHeard_andThenOneInEachInterval() {
        var now = new AtomicLong();
        var rate = new PushRate(now::get);

        assertThat(heard(rate)).isEqualTo(PushRate.BURST);
        now.addAndGet(PushRate.INTERVAL.toNanos() * 3 / 2);
        assertThat(heard(rate)).isEqualTo(1);
        now.addAndGet(PushRate.INTERVAL.toNanos() / 2);
        assertThat(heard(rate)).as("what was left of the time is not lost").isEqualTo(1);
        now.addAndGet(PushRate.INTERVAL.toNanos() * 1000);
        assertThat(heard(rate)).isEqualTo(PushRate.BURST);
    }

    private static int heard(PushRate rate) {
        var heard = 0;
        for (var attempt = 0; attempt < 2 * PushRate.BURST; attempt++) {
            heard += rate.take() ? 1 : 0;
        }
        return heard;
    }

    @Test
    void peerThatPushesOnAndOn_isHeardNoMore() throws Exception {
        var random = new SecureRandom();
        try (var server = Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, random))
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .build();
                var client = Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, random))
                        .build()) {
            server.start();
            var told = new AtomicInteger();
            var connection = client.connect(server.addresses().getFirst(), PATIENCE);
            server.observe(new PeerObserver() {
                @Override
                public void identified(Connection with, PeerInformation information) {
                    told.incrementAndGet();
                }

                @Override
                public void disconnected(PeerId peer) {}
            });
            for (var push = 0; push < 5 * PushRate.BURST; push++) {
                try (var stream = connection.newStream(List.of(Identify.PUSH_PROTOCOL), PATIENCE)) {
                    stream.setReadDeadline(PATIENCE);
                    stream.closeWrite();
                    var ignored = stream.input().read(); // until it was read, or was not
                } catch (Libp2pException e) {
                    assertThat(e.kind()).isEqualTo(Libp2pException.Kind.STREAM_RESET);
                }
            }

            assertThat(told.get()).isLessThan(3 * PushRate.BURST);
        }
    }
}
