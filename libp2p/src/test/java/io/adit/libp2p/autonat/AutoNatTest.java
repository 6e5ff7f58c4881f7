package io.adit.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.autonat.AutoNatMessage.Answer;
import io.adit.libp2p.autonat.AutoNatMessage.Dial;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AutoNatTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final Multiaddr DEAD = Multiaddr.parse("/ip4/127.0.0.1/tcp/1");

    private final List<Host> hosts = new ArrayList<>();

    @AfterEach
    void closeHosts() {
        hosts.forEach(Host::close);
    }

    private Host start() throws Libp2pException {
        var host = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .listen("/ip4/127.0.0.1/tcp/0")
                .build();
        hosts.add(host);
        host.start();
        return host;
    }

    private static Answer ask(Host host, Host server, Dial request) throws IOException {
        try (var stream = host.newStream(server.addresses().getFirst(), List.of(AutoNatServer.PROTOCOL), TIMEOUT)) {
            AutoNatMessage.send(stream, request);
            stream.setReadDeadline(TIMEOUT);
            return (Answer) AutoNatMessage.receive(stream.input());
        }
    }

    private static Dial dial(Host host, Multiaddr... addresses) {
        return new Dial(Optional.of(host.peerId()), List.of(addresses));
    }

    @Test
    void reachableHost_isDialledBack_unreachableOneIsNot_andNobodyTooOften() throws Exception {
        var server = start();
        AutoNatServing.onLoopback(server, Duration.ofSeconds(40));
        // A failure takes as long as a dial may, whatever its reason: this one fails soon.
        var hasty = start();
        AutoNatServing.onLoopback(hasty, Duration.ofSeconds(1));
        var host = start();
        var own = host.addresses().getFirst().withoutPeer().orElseThrow();

        assertThat(ask(host, server, dial(host, own))).isEqualTo(new Answer(AutoNatMessage.OK, "", Optional.of(own)));
        assertThat(ask(host, hasty, dial(host, DEAD)).status()).isEqualTo(AutoNatMessage.DIAL_ERROR);
        assertThat(ask(host, server, dial(server, own)).status()).isEqualTo(AutoNatMessage.BAD_REQUEST);
        assertThat(ask(host, server, dial(host, own)).status()).isEqualTo(AutoNatMessage.OK);
        assertThat(ask(host, server, dial(host, own)).status()).isEqualTo(AutoNatMessage.OK);
        assertThat(ask(host, server, dial(host, own)).text()).isEqualTo("too many dials");
    }

    @Test
    void peersInside_areNotDialledBack() throws Exception {
        var server = start();
        AutoNatServer.serve(server, InstantSource.system());
        var host = start();

        assertThat(ask(host, server, dial(host, DEAD)).status()).isEqualTo(AutoNatMessage.DIAL_REFUSED);
    }

    @Test
    void onlyTheAddressThatIsSeen_isDialled() {
        var seen = Multiaddr.parse("/ip4/198.51.100.7/tcp/40000");
        var claimed = Stream.of(
                        "/ip4/192.0.2.1/tcp/4001",
                        "/ip6/2001:db8::1/udp/4001/quic-v1",
                        "/dns4/victim.example/tcp/80",
                        "/ip4/198.51.100.7/tcp/4001",
                        "/ip4/192.0.2.9/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit")
                .map(Multiaddr::parse)
                .toList();

        assertThat(AutoNatServer.atSeenAddress(seen, claimed))
                .extracting(Multiaddr::toString)
                .containsExactly(
                        "/ip4/198.51.100.7/tcp/40000",
                        "/ip4/198.51.100.7/tcp/4001",
                        "/ip4/198.51.100.7/udp/4001/quic-v1");
    }

    @Test
    void claimThatIsTooLongAtTheSeenAddress_isLeftOut() {
        var seen = Multiaddr.parse("/ip6/2001:db8::7/tcp/40000");
        var long4 = "/ip4/192.0.2.1/tcp/1/http-path/" + "x".repeat(1008);
        var claimed = List.of(Multiaddr.parse(long4), Multiaddr.parse("/ip4/192.0.2.1/tcp/4001"));

        assertThat(AutoNatServer.atSeenAddress(seen, claimed))
                .containsExactly(seen, Multiaddr.parse("/ip6/2001:db8::7/tcp/4001"));
    }

    @Test
    void hostLearnsThatItIsPublic() throws Exception {
        var server = start();
        AutoNatServing.onLoopback(server, Duration.ofSeconds(40));
        var host = start();
        host.connect(server.addresses().getFirst(), TIMEOUT).remoteInformation(TIMEOUT);
        try (var autoNat = new AutoNat(host, List.of(), InstantSource.system(), new Random(1))) {
            assertThat(autoNat.reachability()).isEqualTo(Reachability.UNKNOWN);

            autoNat.look();

            assertThat(autoNat.reachability()).isEqualTo(Reachability.PUBLIC);
        }
    }

    @Test
    void answers_areWeighed() throws Exception {
        try (var autoNat = new AutoNat(start(), List.of(), InstantSource.system(), new Random(1))) {
            autoNat.hear(AutoNatMessage.DIAL_REFUSED);
            assertThat(autoNat.reachability()).isEqualTo(Reachability.UNKNOWN);
            autoNat.hear(AutoNatMessage.DIAL_ERROR);
            assertThat(autoNat.reachability()).isEqualTo(Reachability.PRIVATE);
            autoNat.hear(AutoNatMessage.OK);
            assertThat(autoNat.reachability()).as("one who came in is believed").isEqualTo(Reachability.PUBLIC);
            autoNat.hear(AutoNatMessage.OK);
            autoNat.hear(AutoNatMessage.OK);
            autoNat.hear(AutoNatMessage.DIAL_ERROR);
            autoNat.hear(AutoNatMessage.DIAL_ERROR);
            assertThat(autoNat.reachability()).isEqualTo(Reachability.PUBLIC);
            autoNat.hear(AutoNatMessage.DIAL_ERROR);
            assertThat(autoNat.reachability()).isEqualTo(Reachability.PRIVATE);
        }
    }

    @Test
    void anyInput_isReadOrATypedFailure() {
        Fuzzer.of("autonat", 1 << 20).run(20_000, (input, random) -> {
            try {
                var message = AutoNatMessage.decode(input);
                AutoNatMessage.decode(AutoNatMessage.encode(message));
            } catch (MalformedWireException refused) {
                // as it should be
            }
        });
    }
}
