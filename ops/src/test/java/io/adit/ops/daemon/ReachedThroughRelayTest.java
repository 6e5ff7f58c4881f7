package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.deal.wire.AskRequest;
import io.adit.market.deal.wire.AskResponse;
import io.adit.ops.AditMain;
import io.adit.ops.cli.NodeApi;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node that nobody can dial, a relay of go-libp2p's, and a client of go-libp2p's that knows the relay's address only. */
@Timeout(300)
class ReachedThroughRelayTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String RELAY = "ed25519";
    private static final String CLIENT = "secp256k1";
    private static final String ASK = "/fil/storage/ask/1.1.0";

    @TempDir
    private Path folder;

    @Test
    void clientAsksThePrice_ofANodeThatIsPrivate() throws Exception {
        try (var go = GoHosts.startOrSkip();
                var chain = LocalChain.running()) {
            go.run(RELAY, "relay-serve", 0, 0, 3600);
            var home = new NodeHome(folder.resolve("node"));
            var miner = init(home, chain, go.address(RELAY));
            try (var node = Node.start(home, Map.of(), Map.of())) {
                assertThat(node).isNotNull();
                await().atMost(SOON).until(() -> !net(home).path("slots").isEmpty());
                var report = net(home);
                assertThat(report.path("reachability").asText()).isEqualTo("private");
                var circuit = go.address(RELAY) + "/p2p-circuit/p2p/"
                        + report.path("peer").asText();
                assertThat(report.path("addresses").valueStream().map(JsonNode::asText))
                        .contains(circuit);

                assertThat(go.run(CLIENT, "connect", circuit))
                        .isEqualTo(report.path("peer").asText());
                var question = HexFormat.of().formatHex(new AskRequest(miner).toCbor());
                var answer = go.run(CLIENT, "exchange", report.path("peer").asText(), ASK, question)
                        .split(" ");

                assertThat(answer[1]).contains("/p2p-circuit");
                var ask = AskResponse.fromCbor(HexFormat.of().parseHex(answer[0]))
                        .ask()
                        .orElseThrow();
                assertThat(ask.ask().miner()).isEqualTo(miner);
                assertThat(metrics(home))
                        .contains(
                                "adit_libp2p_reachability{state=\"private\"} 1.0",
                                "adit_libp2p_relay_slots 1.0",
                                "adit_libp2p_circuits 1.0");
                await().atMost(SOON).until(() -> onChain(chain, miner).contains(go.address(RELAY) + "/p2p-circuit"));
                assertThat(onChain(chain, miner)).allMatch(address -> address.endsWith("/p2p-circuit"));
                await().atMost(SOON)
                        .until(() -> net(home).path("advice").asText().isEmpty());
                assertThat(printed(home))
                        .contains("private", circuit, "on the chain:", go.address(RELAY) + "/p2p-circuit");
            }
        }
    }

    private static Address init(NodeHome home, LocalChain chain, Multiaddr relay) throws Exception {
        var settings = Map.of(
                "market.reachability", "private",
                "market.addresses-on-chain", "true",
                "market.relays", relay.toString());
        return chain.init(home, settings).miner();
    }

    private static JsonNode net(NodeHome home) {
        return NodeApi.of(home.directory()).get("/api/v1/net");
    }

    private static List<String> onChain(LocalChain chain, Address miner) {
        return chain.node().stateMinerInfo(miner, TipSetKey.EMPTY).multiaddrs().stream()
                .map(bytes -> Multiaddr.fromBytes(bytes).toString())
                .toList();
    }

    private static String metrics(NodeHome home) throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create(home.read(home.apiFile())).resolve("/metrics"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String printed(NodeHome home) {
        var out = new StringWriter();
        var line = AditMain.commandLine().setOut(new PrintWriter(out, true));
        assertThat(line.execute("net", "--dir", home.directory().toString())).isZero();
        return out.toString();
    }
}
