package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.state.LeaseHolder;
import io.adit.core.state.NodeLease;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.TestPostgres;
import io.adit.market.client.DealClient;
import io.adit.market.client.PackedPiece;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.ops.AditMain;
import io.adit.ops.OpsError;
import io.adit.ops.cli.NodeApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wired node in this process: real stores, sockets and RPC; no sector, so no proof is made. */
class NodeTest {
    private static final Duration SOON = Duration.ofMillis(200);

    @TempDir
    private Path folder;

    private final LocalChain chain = LocalChain.running();
    private final StringWriter err = new StringWriter();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        chain.close();
    }

    private NodeHome home() {
        return new NodeHome(folder.resolve("node"));
    }

    private NodeInit.Made init(Map<String, String> settings) throws IOException {
        var all = new HashMap<>(Map.of(
                "node.api-listen", "127.0.0.1:0",
                "retrieval.http-listen", "127.0.0.1:0",
                "market.libp2p-listen", "/ip4/127.0.0.1/tcp/0"));
        all.putAll(settings);
        var init = new NodeInit(home(), chain.node(), Map.of(), new SecureRandom(), line -> {
            if (line.startsWith("fund ")) {
                chain.fund(Address.parse(line.split(" ", -1)[1]));
            }
        });
        return init.run(new NodeInit.Choice(
                chain.api(), SectorSize.KIB_2, Optional.empty(), Optional.empty(), true, all, Duration.ofMinutes(1)));
    }

    private Node start(Map<String, String> overrides) {
        return Node.start(home(), Map.of(), overrides, SOON);
    }

    private JsonNode get(String path) {
        return NodeApi.of(home().directory()).get(path);
    }

    private String scrape() throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create(home().read(home().apiFile())).resolve("/metrics"))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void nodeOnPostgresqlStartsAgainWithItsState() throws Exception {
        var password = folder.resolve("password");
        Files.writeString(password, "postgres\n");
        var made = init(Map.of(
                "node.database", TestPostgres.freshDatabase(),
                "node.database-user", "postgres",
                "node.database-password-file", password.toString()));

        for (int run = 0; run < 2; run++) {
            try (var node = start(Map.of())) {
                assertThat(node).hasToString("miner " + made.miner());
                var info = get("/api/v1/info");
                assertThat(info.path("miner").asText()).isEqualTo(made.miner().toString());
                assertThat(info.path("libp2p").asText()).contains("/p2p/");
                assertThat(get("/api/v1/proving").path("deadline").isIntegralNumber())
                        .isTrue();
                assertThat(get("/api/v1/messages").path(0).path("key").asText()).isEqualTo("init/create-miner");
                assertThat(get("/api/v1/deals")).isEmpty();
            }
        }
        assertThat(home().directory().resolve("state.db")).doesNotExist();

        leaveLease(new LeaseHolder("the one that died here", home().lockMark()), made.miner());
        start(Map.of()).close();
        leaveLease(new LeaseHolder("one elsewhere", "another lock"), made.miner());
        assertThatThrownBy(() -> start(Map.of())).hasMessageContaining("one elsewhere runs it");
    }

    /** As a node leaves it that is killed. */
    private void leaveLease(LeaseHolder holder, Address miner) {
        var config = home().load(Map.of(), Map.of());
        try (var store = home().store(config)) {
            NodeLease.take(
                    store,
                    miner.toString(config.chain().network()),
                    holder,
                    InstantSource.system(),
                    Duration.ofMinutes(2));
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

    /** Leaves a file's CAR with a node that does not run, as a deal's piece that was stored and indexed. */
    private PackedPiece keep(Path file) throws IOException {
        Files.createDirectories(home().pieces());
        var packed = DealClient.pack(file, home().pieces().resolve("kept.car"));
        try (var index = PieceIndex.open(home().index());
                var store = home().store(home().load(Map.of(), Map.of()))) {
            new PieceIndexer(index).index(packed.piece().commP(), packed.car());
            var now = InstantSource.system().instant();
            store.transactVoid(tx -> tx.pieces()
                    .insertIfAbsent(new PieceRecord(
                            packed.piece().commP(),
                            packed.piece().size(),
                            packed.carSize(),
                            Optional.of(packed.root()),
                            Optional.of(packed.car()),
                            true,
                            now,
                            now,
                            0)));
        }
        return packed;
    }

    private static String policy(JsonNode rows, String key) {
        for (var row : rows) {
            if (row.path("key").asText().equals(key)) {
                return row.path("value").asText();
            }
        }
        throw new AssertionError("no key " + key + " in " + rows);
    }

    private JsonNode cli(int code, String... arguments) throws IOException {
        var line = AditMain.commandLine();
        var out = new StringWriter();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--dir", home().directory().toString()));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as(String.join(" ", arguments) + ": " + err)
                .isEqualTo(code);
        return out.toString().isEmpty() ? MissingNode.getInstance() : new ObjectMapper().readTree(out.toString());
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
        assertThat(run("slash-guard", "accept-epoch", "7")).contains("7");
        assertThat(run("slash-guard", "import", file.toString())).contains("7");

        Files.delete(home().directory().resolve("slash-anchor"));
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            Awaitility.await()
                    .until(() -> get("/api/v1/mining").path("guard").asText().contains("anchor is missing"));
        }
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
    void nodeProvesWithoutAMarket_whenTheIndexIsDamaged() throws Exception {
        init(Map.of());
        Files.writeString(home().index(), "no directory");

        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(get("/health").path("status").asText()).isEqualTo("degraded");
            assertThat(get("/api/v1/proving").path("epoch").asLong()).isPositive();
        }
    }

    @Test
    void apiFileHoldsAUrl_whenTheApiListensOnIpv6() throws Exception {
        init(Map.of("node.api-listen", "[::1]:0"));

        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(home().read(home().apiFile())).startsWith("http://[::1]:");
            assertThat(get("/api/v1/info").path("epoch").asLong()).isPositive();
        }
    }

    @Test
    void nodeRefusesToStart_whenTheConfigurationContradictsTheChain() throws Exception {
        init(Map.of());

        assertThatThrownBy(() -> start(Map.of("sealing.sector-size", "8MiB")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(OpsError.WRONG_CHAIN))
                .hasMessageContainingAll("8MiB", "2KiB");
        assertThatThrownBy(() -> start(Map.of("chain.network", "mainnet")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(OpsError.WRONG_CHAIN));
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(home().read(home().apiFile())).startsWith("http://127.0.0.1:");
        }
    }
}
