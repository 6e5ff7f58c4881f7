package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.AditMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What others see of a running node: clients, the full node, the chain, whoever reads its metrics. */
class NodeFaceTest extends NodeCase {
    @Test
    void chainFollowsTheAddressesThatTheNodeAnnounces() throws Exception {
        var made = init(Map.of());
        var announced = "/dns4/provider.example/udp/24001/quic-v1";
        try (var node = start(Map.of(
                "market.libp2p-listen",
                "/ip4/127.0.0.1/tcp/0,/ip4/127.0.0.1/udp/0/quic-v1,/ip4/127.0.0.1/tcp/0/ws",
                "market.announce-addresses",
                announced,
                "market.addresses-on-chain",
                "true"))) {
            assertThat(node).hasToString("miner " + made.miner());
            assertThat(get("/api/v1/info").path("libp2p").asText()).startsWith(announced + "/p2p/");
            assertThat(scrape())
                    .contains(
                            "adit_libp2p_connections 0.0",
                            "adit_libp2p_refused_total{resource=\"streams\",scope=\"peer\"} 0.0");
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> addressesOf(made.miner()).equals(List.of(announced)));
        }
    }

    @Test
    void everyMetricOfTheBoardIsThereBeforeAnythingHappened() throws Exception {
        init(Map.of());
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            var scraped = scrape();
            var named = metricsOfTheBoard();
            assertThat(named).hasSizeGreaterThan(15);
            for (var metric : named) {
                assertThat(scraped.lines()).as(metric).anyMatch(line -> line.matches(metric + "[{ ].*"));
            }
        }
    }

    private static Set<String> metricsOfTheBoard() throws IOException {
        var names = new LinkedHashSet<String>();
        var word = Pattern.compile("\\b(?:adit|jvm|process|system)_[a-z0-9_]+");
        new ObjectMapper()
                .readTree(Path.of("grafana", "adit.json").toFile())
                .findValuesAsText("expr")
                .forEach(query -> word.matcher(query).results().forEach(match -> names.add(match.group())));
        return names;
    }

    @Test
    void nodeHoldsAnF3Lease_unlessToldNotTo() throws Exception {
        init(Map.of());
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            Awaitility.await()
                    .until(() -> get("/api/v1/info").path("f3").asText().startsWith("participating, instances "));
            // The devnet's wallet is empty, as is a full node's beside a provider that signs for itself.
            assertThat(get("/api/v1/info").path("f3").asText()).contains("lacks the worker's key");
            assertThat(scrape()).contains("adit_f3_participating 1.0", "adit_f3_leases_total");
        }
        try (var node = start(Map.of("f3.enabled", "false"))) {
            assertThat(node).isNotNull();
            assertThat(get("/api/v1/info").path("f3").asText()).isEqualTo("off: f3.enabled is false");
        }
    }

    @Test
    void aClientFetchesAFileBack_andIsToldWhatSpeaksAgainstADeal() throws Exception {
        init(Map.of());
        var picture = Files.write(folder.resolve("mars.jpg"), new byte[] {4, 8, 15, 16, 23, 42});
        var packed = keep(picture);
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            var info = get("/api/v1/info");

            var back = folder.resolve("back.jpg");
            var out = new StringWriter();
            var line = AditMain.commandLine().setOut(new PrintWriter(out, true));
            var url = info.path("retrieval").asText();
            assertThat(line.execute("client", "get", url, packed.root().toString(), "-o", back.toString(), "--json"))
                    .isZero();
            assertThat(back).hasSameBinaryContentAs(picture);
            assertThat(new ObjectMapper().readTree(out.toString()).path("bytes").asLong())
                    .isEqualTo(6);

            var provider = info.path("libp2p").asText().split(" ", -1)[0];
            var worker = info.path("worker").asText();
            var verdict = cli(
                    1,
                    "client",
                    "preflight",
                    provider,
                    info.path("miner").asText(),
                    picture.toString(),
                    "--from",
                    worker,
                    "--chain",
                    chain.api(),
                    "--json");
            assertThat(verdict.path("accepted").asBoolean()).isFalse();
            assertThat(verdict.path("rejections").findValuesAsText("code"))
                    .containsExactly("PIECE_TOO_SMALL", "CLIENT_ESCROW_TOO_LOW");
            assertThat(get("/api/v1/deals")).isEmpty();
        }
    }
}
