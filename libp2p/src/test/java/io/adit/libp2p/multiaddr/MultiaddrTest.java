package io.adit.libp2p.multiaddr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.AnyBytes;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.MalformedWireException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultiaddrTest {
    private static final String PEER = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    /** Binary forms from the test table of go-multiaddr. */
    @ParameterizedTest
    @CsvSource({
        "/ip4/1.2.3.4, 0401020304",
        "/ip4/0.0.0.0, 0400000000",
        "/ip4/127.0.0.1/tcp/4321, 047f0000010610e1",
        "/ip4/127.0.0.1/udp/1234, 047f000001910204d2",
        "/ip6/2001:8a0:7ac5:4201:3ac9:86ff:fe31:7095, 29200108a07ac542013ac986fffe317095",
        "/ip6/::1/tcp/80, 2900000000000000000000000000000001060050",
        "/udp/0, 91020000",
        "/tcp/65535, 06ffff",
        "/dns4/example.com/tcp/443, 360b6578616d706c652e636f6d0601bb",
        "/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC,"
                + "a503221220d52ebb89d85b02a284948203a62ff28389c57c9f42beec4ec20db76a68911c0b",
        "/ip4/127.0.0.1/udp/1234/quic-v1, 047f000001910204d2cd03",
        "/ip4/127.0.0.1/tcp/443/https, 047f0000010601bbbb03",
    })
    void textAndBytesAgree(String text, String hex) {
        var bytes = HexFormat.of().parseHex(hex);

        assertThat(Multiaddr.parse(text).bytes()).isEqualTo(bytes);
        assertThat(Multiaddr.fromBytes(bytes)).hasToString(text).isEqualTo(Multiaddr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "ip4/1.2.3.4",
                "/ip4",
                "/ip4/",
                "/ip4/256.0.0.1",
                "/ip4/::1",
                "/ip6/1.2.3.4",
                "/tcp/65536",
                "/tcp/-1",
                "/tcp/+1",
                "/tcp",
                "/nonsense/1",
                "/ip4/1.2.3.4//tcp/1",
                "/p2p/QmNotAPeer",
                "/dns4//tcp/1"
            })
    void malformedText_isRefused(String text) {
        assertThatThrownBy(() -> Multiaddr.parse(text)).isInstanceOf(MalformedWireException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "04010203", "06ff", "a50320", "36ffffffffffffffff7f", "00", "3603612f62", "ffff7f"})
    void malformedBytes_areRefused(String hex) {
        assertThatThrownBy(() -> Multiaddr.fromBytes(HexFormat.of().parseHex(hex)))
                .isInstanceOf(MalformedWireException.class);
    }

    @Test
    void longInput_isRefused() {
        assertThatThrownBy(() -> Multiaddr.parse("/dns4/" + "a".repeat(5000)))
                .isInstanceOf(MalformedWireException.class);
        assertThatThrownBy(() -> Multiaddr.parse("/dns4/" + "a".repeat(1100)))
                .isInstanceOf(MalformedWireException.class);
        assertThatThrownBy(() -> Multiaddr.fromBytes(new byte[1025])).isInstanceOf(MalformedWireException.class);
    }

    @Test
    void peerIsAddedReplacedAndTakenAway() {
        var plain = Multiaddr.parse("/ip4/192.0.2.1/tcp/24001");
        var peer = PeerId.parse(PEER);

        assertThat(plain.peerId()).isEmpty();
        assertThat(plain.withPeer(peer)).hasToString("/ip4/192.0.2.1/tcp/24001/p2p/" + PEER);
        assertThat(plain.withPeer(peer).withPeer(peer)).isEqualTo(plain.withPeer(peer));
        assertThat(plain.withPeer(peer).peerId()).contains(peer);
        assertThat(plain.withPeer(peer).withoutPeer()).contains(plain);
        assertThat(Multiaddr.parse("/ipfs/" + PEER).withoutPeer()).isEmpty();
        assertThat(plain.value(MultiaddrProtocol.TCP)).contains("24001");
    }

    @Test
    void anyBytes_parseToWhatWritesTheSameAddress_orAreRefused() {
        AnyBytes.repeat(3000, 80, bytes -> {
            try {
                var address = Multiaddr.fromBytes(bytes);
                assertThat(Multiaddr.parse(address.toString())).isEqualTo(address);
                assertThat(Multiaddr.fromBytes(address.bytes())).isEqualTo(address);
            } catch (MalformedWireException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        });
    }

    @Test
    void anyNameAndPort_surviveTheRoundTrip() {
        AnyBytes.repeat(1000, 60, bytes -> {
            var name = "a" + new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^a-z]", "");
            var text = "/dns/" + name + "/tcp/" + (Arrays.hashCode(bytes) & 0xffff);

            assertThat(Multiaddr.fromBytes(Multiaddr.parse(text).bytes())).hasToString(text);
        });
    }
}
