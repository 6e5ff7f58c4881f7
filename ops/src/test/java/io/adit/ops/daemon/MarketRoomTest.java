package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.multiaddr.Multiaddr;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

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

    private static List<String> told(List<String> announced, String listening) {
        return MarketRoom.transports(announced, new InetSocketAddress(listening, 4702)).protocols().stream()
                .flatMap(transport -> transport.addresses().stream())
                .map(bytes -> Multiaddr.fromBytes(bytes).toString())
                .toList();
    }
}
