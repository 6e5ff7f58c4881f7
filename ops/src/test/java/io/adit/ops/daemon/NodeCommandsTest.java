package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.AditMain;
import io.adit.ops.cli.NodeApi;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The commands that ask a running node. */
class NodeCommandsTest extends NodeCase {
    @Test
    void messagesAreShownWithTheirCandidates_andOneThatHasEndedIsNotCancelled() throws Exception {
        init(Map.of());
        try (var node = start(Map.of("messages.max-fee-per-day", "deals=1 FIL"))) {
            assertThat(node).isNotNull();
            var api = NodeApi.of(home().directory());
            var body = new ObjectMapper().createObjectNode();
            var shown = api.post("/api/v1/messages/show", body.put("which", "init/create-miner"));
            assertThat(shown.path("lane").asText()).isEqualTo("other");
            assertThat(shown.path("state").asText()).isEqualTo("DONE");
            assertThat(shown.path("gasCost").asText()).endsWith(" FIL").isNotEqualTo("0 FIL");
            assertThat(shown.path("signed").path(0).path("premium").asLong()).isPositive();
            assertThat(shown.has("why")).isFalse();
            var byCid = api.post(
                    "/api/v1/messages/show", body.put("which", shown.path("cid").asText()));
            assertThat(byCid).isEqualTo(shown);

            var end = body.put("key", "init/create-miner").put("reallyDoIt", true);
            assertThatThrownBy(() -> api.post("/api/v1/messages/cancel", end)).hasMessageContaining("has ended: DONE");
            assertThatThrownBy(() -> api.post("/api/v1/messages/replace", end)).hasMessageContaining("has ended: DONE");
            assertThatThrownBy(() -> api.post("/api/v1/messages/show", body.put("which", "nothing")))
                    .hasMessageContaining("there is no message");

            var lanes = get("/api/v1/messages/lanes");
            assertThat(lanes.path("lanes")).hasSize(7);
            assertThat(lanes.path("lanes").path(5).path("maxFeePerDay").asText())
                    .isEqualTo("1 FIL");
            assertThat(lanes.path("senders").path(0).path("lanes").asText()).contains("window-post");
            Awaitility.await().until(() -> scrape().contains("adit_sender_balance_fil{"));
        }
        assertThatThrownBy(() -> start(Map.of("messages.max-fee", "potatoes=1 FIL")))
                .hasMessageContaining("messages.max-fee")
                .hasMessageContaining("window-post");
    }

    @Test
    void provingCommandsAnswer_whenTheMinerHasNoSectorsYet() throws Exception {
        init(Map.of());
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(cli(0, "proving", "info", "--json").path("alarms").isArray())
                    .isTrue();
            assertThat(cli(0, "proving", "deadlines", "--json")).isEmpty();
            assertThat(cli(0, "proving", "deadline", "1", "--json")
                            .path("partitionList")
                            .isArray())
                    .isTrue();
            assertThat(cli(0, "proving", "check", "--deep", "--json")).isEmpty();
            assertThat(cli(0, "proving", "check", "1", "--json")).isEmpty();
            assertThat(cli(0, "proving", "faults", "--json")).isEmpty();
            assertThat(cli(0, "proving", "recover", "1", "2", "--json")).isEmpty();
            assertThat(cli(0, "proving", "disputes", "--json")).isEmpty();
            assertThat(cli(0, "proving", "compute", "0", "--json")).isEmpty();
            cli(1, "proving", "compute", "99");
            assertThat(err.toString()).contains("there is no deadline 99: they are 0 to");
            cli(1, "proving", "deadline", "99");
            assertThat(err.toString()).contains("NO_SUCH_THING");
            assertThat(home().directory().resolve("proving")).isEmptyDirectory();
        }
    }

    @Test
    void dealPolicyIsChangedWhileTheNodeRuns_andOutlastsARestart() throws Exception {
        init(Map.of());
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(policy(cli(0, "deals", "policy", "show", "--json"), "deny-clients"))
                    .isEmpty();
            assertThat(policy(cli(0, "deals", "policy", "set", "deny-clients", "f05", "--json"), "deny-clients"))
                    .isEqualTo("f05");
            cli(1, "deals", "policy", "set", "max-deals-under-way", "many");
            assertThat(err.toString()).contains("CONFIG_BAD_VALUE").contains("max-deals-under-way");
        }
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(policy(cli(0, "deals", "policy", "show", "--json"), "deny-clients"))
                    .isEqualTo("f05");
            assertThat(policy(cli(0, "deals", "policy", "reset", "deny-clients", "--json"), "deny-clients"))
                    .isEmpty();
        }
    }

    @Test
    void indexAndIndexersAreShown_andADenyListThatIsMissingKeepsTheMarketClosed() throws Exception {
        init(Map.of());
        try (var node = start(Map.of("retrieval.announce-addresses", "/dns4/provider.example/tcp/443/https"))) {
            assertThat(node).isNotNull();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(cli(0, "ipni", "status", "--json")
                                    .path("problem")
                                    .asText())
                            .isEmpty());
            var status = cli(0, "ipni", "publish", "--json");
            assertThat(status.path("provider").asText()).startsWith("12D3KooW");
            assertThat(status.path("advertisements").asLong()).isZero();
            assertThat(status.path("indexers").isArray()).isTrue();
            assertThat(run("ipni", "status")).contains("no indexers are told");
            assertThat(cli(0, "index", "stats", "--json").path("pieces").asLong())
                    .isZero();
            assertThat(cli(0, "index", "find", "bafkreehdwdcefgh4dqkjv67uzcmw7oje", "--json"))
                    .isEmpty();
            assertThat(cli(0, "index", "build", "all", "--json").path("queued").asInt())
                    .isZero();
            cli(1, "index", "build", "nonsense");
            assertThat(err.toString()).contains("MALFORMED_REQUEST").contains("nonsense");
        }
        try (var node = start(Map.of("retrieval.deny-lists", "nowhere.deny"))) {
            assertThat(node).isNotNull();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> get("/health").path("problem").asText().contains("nowhere.deny"));
        }
    }

    private static String policy(JsonNode rows, String key) {
        for (var row : rows) {
            if (row.path("key").asText().equals(key)) {
                return row.path("value").asText();
            }
        }
        throw new AssertionError("no key " + key + " in " + rows);
    }

    @Test
    void slashGuardOfANewMinerIsBegun_andGoesFromSignerToSigner() throws Exception {
        init(Map.of());
        var file = folder.resolve("protection.json");
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            // This chain began in 2027, so no round does, and the guard is not told of an epoch.
            Awaitility.await()
                    .until(() -> get("/api/v1/mining").path("why").asText().contains("clock is behind"));
            assertThat(get("/api/v1/mining/blocks")).isEmpty();
            assertThat(scrape()).contains("adit_mining_paused 1.0", "adit_mining_rounds_total");
            assertThat(run("slash-guard", "status")).doesNotContain("anchor");
        }
        assertThat(run("slash-guard", "export", file.toString())).contains("CHAIN_NOT_SEEN");
        assertThat(file).content().contains("adit-slash-guard");
        var holder = home().load(Map.of(), Map.of()).mining().guard().resolve("holder");
        var name = Files.readString(holder);
        assertThat(home().knownGuardFile()).hasContent(name);
        assertThat(run("slash-guard", "accept-epoch", "7")).contains("7");
        assertThat(Files.readString(holder)).isNotEqualTo(name);
        assertThat(home().knownGuardFile()).hasSameTextualContentAs(holder);
        assertThat(run("slash-guard", "import", file.toString())).contains("7");

        assertThat(home().knownGuardFile()).hasSameTextualContentAs(holder);
        Files.delete(home().knownGuardFile());
        var unmounted = Files.move(holder.getParent(), folder.resolve("unmounted"));
        cli(1, "slash-guard", "status");
        assertThat(err.toString()).contains("SLASH_GUARD_AWAY", "Mount its disk");
        assertThat(holder.getParent()).doesNotExist();
        Files.move(unmounted, holder.getParent());
        assertThat(run("slash-guard", "status")).contains("CHAIN_NOT_SEEN");
        assertThat(home().knownGuardFile()).doesNotExist();

        assertThat(run("slash-guard", "accept-epoch", "7")).contains("7");
        Files.delete(home().directory().resolve("slash-anchor"));
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            Awaitility.await()
                    .until(() -> get("/health").path("problem").asText().contains("slash-anchor is not there"));
        }
        assertThat(run("slash-guard", "accept-epoch", "7")).contains("CHAIN_NOT_SEEN");
        try (var node = start(Map.of("mining.enabled", "false"))) {
            assertThat(node).isNotNull();
            assertThat(get("/api/v1/mining").path("why").asText()).isEqualTo("mining.enabled is false");
        }
    }

    /** What a command prints. */
    private String run(String... command) {
        var printed = new StringWriter();
        var line = AditMain.commandLine().setOut(new PrintWriter(printed));
        var arguments = Stream.concat(
                        Stream.of(command),
                        Stream.of("--dir", home().directory().toString()))
                .toArray(String[]::new);
        assertThat(line.execute(arguments)).as(printed.toString()).isZero();
        return printed.toString();
    }
}
