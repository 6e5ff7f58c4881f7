package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.CircuitAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DialableAddressesTest {
    private static final List<Multiaddr> CLAIMED = Stream.of(
                    "/ip4/192.0.2.1/tcp/1",
                    "/ip4/127.0.0.1/tcp/1",
                    "/ip4/10.1.2.3/tcp/1",
                    "/ip4/169.254.169.254/tcp/80",
                    "/ip4/100.64.0.1/tcp/1",
                    "/ip4/100.128.0.1/tcp/1",
                    "/ip4/0.0.0.0/tcp/1",
                    "/ip6/::1/tcp/1",
                    "/ip6/fd00::1/tcp/1",
                    "/ip6/fe80::1/tcp/1",
                    "/ip6/2001:db8::1/tcp/1",
                    "/dns4/inside.example/tcp/1")
            .map(Multiaddr::parse)
            .toList();

    @Test
    void peerOnTheInternet_mayNotNameInsideAddresses() {
        assertThat(DialableAddresses.among(CLAIMED, Multiaddr.parse("/ip4/198.51.100.7/tcp/4001")))
                .extracting(Multiaddr::toString)
                .containsExactly("/ip4/192.0.2.1/tcp/1", "/ip4/100.128.0.1/tcp/1", "/ip6/2001:db8::1/tcp/1");
    }

    /** What is dialled is the relay; what stands behind the circuit must not make it look like one of the internet. */
    @Test
    void addressIsJudgedByWhatIsDialled() {
        var relay = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
        var claimed = Stream.of(
                        "/ip6/fd00::1/tcp/22" + relay + "/p2p-circuit/ip4/8.8.8.8",
                        "/ip6/fd00::1/tcp/22/ip4/8.8.8.8",
                        "/ip6/::ffff:10.0.0.1/tcp/22",
                        "/dns4/inside-name/tcp/22" + relay + "/p2p-circuit/ip4/8.8.8.8",
                        "/ip4/8.8.4.4/tcp/22" + relay + "/p2p-circuit/ip4/10.0.0.1",
                        "/ip6zone/eth0/ip6/2001:db8::1/tcp/22",
                        "/ip4/8.8.4.4/tcp/22" + relay + "/p2p-circuit")
                .map(Multiaddr::parse)
                .toList();

        assertThat(DialableAddresses.among(claimed, Multiaddr.parse("/ip4/198.51.100.7/tcp/4001")))
                .containsExactly(claimed.getLast());
        assertThat(claimed).filteredOn(DialableAddresses::isOutside).containsExactly(claimed.getLast());
        assertThat(claimed).noneMatch(DialableAddresses::isName);
        assertThat(CircuitAddress.parse(claimed.getFirst())).isEmpty();
        assertThat(CircuitAddress.parse(claimed.getLast())).isPresent();
    }

    @Test
    void peerBehindAProxyInside_isNoneInside() {
        assertThat(DialableAddresses.among(CLAIMED, Multiaddr.parse("/ip4/127.0.0.1/tcp/4001/ws")))
                .hasSize(3)
                .allMatch(DialableAddresses::isOutside);
    }

    @Test
    void peerInside_mayNameAllButNames() {
        assertThat(DialableAddresses.among(CLAIMED, Multiaddr.parse("/ip4/10.0.0.7/tcp/4001")))
                .hasSize(CLAIMED.size() - 1);
    }

    @Test
    void relaysInsideIsNotTold_itsNamesAre_andWhereNothingIsLeftWhatIsSeen() {
        var seen = Multiaddr.parse("/ip4/198.51.100.7/tcp/4001");
        var name = Multiaddr.parse("/dns4/relay.example/tcp/443/wss");
        var outside = Multiaddr.parse("/ip4/198.51.100.7/udp/4001/quic-v1");
        var inside = Multiaddr.parse("/ip4/10.0.0.7/tcp/4001");

        assertThat(Circuits.worthTelling(List.of(outside, inside, name), seen)).containsExactly(name, outside);
        assertThat(Circuits.worthTelling(List.of(inside), seen)).containsExactly(seen);
        assertThat(Circuits.worthTelling(List.of(), seen)).containsExactly(seen);
    }
}
