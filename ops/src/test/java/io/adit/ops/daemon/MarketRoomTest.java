package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.config.ConfigLoader;
import io.adit.core.error.InvalidValueException;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarketRoomTest {
    @Test
    void tellsWhereDataIsRetrieved_byTheAddressItHas() {
        assertThat(told(List.of(), "127.0.0.1")).containsExactly("/ip4/127.0.0.1/tcp/4702/http");
        assertThat(told(List.of(), "::1")).containsExactly("/ip6/::1/tcp/4702/http");
    }

    @Test
    void tellsNothing_whereItListensEverywhere_unlessAnAddressIsAnnounced() {
        assertThat(told(List.of(), "0.0.0.0")).isEmpty();
        assertThat(told(List.of("/dns4/example.org/tcp/443/https"), "0.0.0.0"))
                .containsExactly("/dns4/example.org/tcp/443/https");
    }

    @Test
    void tellsOfBitswap_whereItIsServed() {
        var peer = Multiaddr.parse("/ip4/192.0.2.1/tcp/24001/p2p/12D3KooWBxPudZw8pPjggS5y3QNS5TtxUfBHojAZe27ZLawHcjCX");
        var told = MarketRoom.transports(List.of(), new InetSocketAddress("0.0.0.0", 4702), List.of(peer));

        assertThat(told.protocols()).hasSize(1);
        assertThat(told.protocols().getFirst().name()).isEqualTo("bitswap");
        assertThat(told.protocols().getFirst().addresses()).containsExactly(peer.bytes());
    }

    @ParameterizedTest
    @CsvSource({
        "market, libp2p-listen = [\"localhost:24001\"], localhost:24001",
        "market, trusted-proxies = [\"proxy.example.org\"], proxy.example.org",
        "market, known-peers = [\"Qm0\"], Qm0",
        "market, relays = [\"/ip4/192.0.2.1/tcp/4001\"], /ip4/192.0.2.1/tcp/4001",
        "market, autonat-servers = [\"/p2p-circuit\"], /p2p-circuit",
        "market, announce-addresses = [\"example.org\"], example.org",
        "retrieval, announce-addresses = [\"https://example.org\"], https://example.org",
    })
    void addressIsNamedWithItsKey_whenItIsMistyped(String section, String line, String mistyped, @TempDir Path folder) {
        var config = ConfigLoader.parse("[" + section + "]\n" + line, folder, Map.of("HOME", folder.toString()));
        assertThatThrownBy(() -> MarketRoom.Addresses.of(config))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining(section + "." + line.split(" ", 2)[0])
                .hasMessageContaining(mistyped);
    }

    private static List<String> told(List<String> announced, String listening) {
        return MarketRoom.transports(
                        announced.stream().map(Multiaddr::parse).toList(),
                        new InetSocketAddress(listening, 4702),
                        List.of())
                .protocols()
                .stream()
                .flatMap(transport -> transport.addresses().stream())
                .map(bytes -> Multiaddr.fromBytes(bytes).toString())
                .toList();
    }
}
