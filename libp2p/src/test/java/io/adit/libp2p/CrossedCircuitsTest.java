package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two peers, each of which is said to be reached through the other. */
@Timeout(120)
class CrossedCircuitsTest {
    private final SecureRandom random = new SecureRandom();

    private Identity identity() {
        return Identity.generate(KeyType.ED25519, random);
    }

    @Test
    void dialsThatWaitForEachOther_end() throws Exception {
        var quick = Duration.ofSeconds(2);
        var limits = HostLimits.defaults().withTimeouts(quick, quick, Duration.ofMinutes(1));
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var host = Host.builder().identity(identity()).limits(limits).build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = identity().peerId();
            var other = identity().peerId();
            var place = "/ip4/127.0.0.1/tcp/" + silent.getLocalPort() + "/p2p/";
            host.addressBook().add(one, List.of(Multiaddr.parse(place + other + "/p2p-circuit")), AddressBook.FOR_EVER);
            host.addressBook().add(other, List.of(Multiaddr.parse(place + one + "/p2p-circuit")), AddressBook.FOR_EVER);

            var dials = List.of(one, other).stream()
                    .map(peer -> CompletableFuture.supplyAsync(() -> dial(host, peer), threads))
                    .toList();

            for (var dial : dials) {
                assertThat(dial.get(90, TimeUnit.SECONDS).kind())
                        .isIn(Libp2pException.Kind.TIMEOUT, Libp2pException.Kind.UNREACHABLE);
            }
        }
    }

    private static Libp2pException dial(Host host, PeerId peer) {
        return catchThrowableOfType(Libp2pException.class, () -> host.connect(peer, Duration.ZERO));
    }
}
