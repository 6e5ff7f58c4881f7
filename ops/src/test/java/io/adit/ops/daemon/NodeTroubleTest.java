package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What goes on while something a node needs does not work. */
class NodeTroubleTest extends NodeCase {
    @Test
    void marketOpensLater_whenItsPortIsTaken() throws Exception {
        init(Map.of());
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (var node = start(Map.of("market.libp2p-listen", "/ip4/127.0.0.1/tcp/" + taken.getLocalPort()))) {
            assertThat(node).isNotNull();
            assertThat(get("/health").path("status").asText()).isEqualTo("degraded");
            assertThat(get("/health").path("problem").asText()).contains("market");
            assertThat(scrape()).contains("adit_market_open 0.0").doesNotContain("kind=\"deal.fetch\"");
            assertThat(get("/api/v1/proving").path("epoch").asLong()).isPositive();
            assertThat(get("/api/v1/info").path("libp2p").asText()).isEmpty();

            taken.close();

            Awaitility.await()
                    .until(() -> get("/health").path("status").asText().equals("ok"));
            assertThat(get("/api/v1/info").path("libp2p").asText()).contains("/p2p/");
            assertThat(scrape()).contains("adit_market_open 1.0").contains("kind=\"deal.fetch\"");
        } finally {
            taken.close();
        }
    }

    @Test
    void healthAndMetricsSaySo_whenTheOnlyFullNodeDies() throws Exception {
        init(Map.of());
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> get("/health").path("status").asText().equals("ok"));
            assertThat(scrape()).contains("adit_alarms{alarm=\"head\"} 0.0", "adit_node_usable{node=");

            chain.stopServing();

            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> get("/health")
                            .path("alarms")
                            .findValuesAsText("name")
                            .contains("full-nodes"));
            assertThat(get("/health").path("problem").asText()).contains("is unreachable", "no other one");
            assertThat(scrape()).contains("adit_alarms{alarm=\"full-nodes\"} 1.0");
        }
    }

    @Test
    void nodeProvesWithoutAMarket_whenTheIndexIsDamaged() throws Exception {
        init(Map.of());
        Files.writeString(home().index(), "no directory");

        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(get("/health").path("status").asText()).isEqualTo("degraded");
            assertThat(get("/api/v1/proving").path("epoch").asLong()).isPositive();
        }
    }
}
