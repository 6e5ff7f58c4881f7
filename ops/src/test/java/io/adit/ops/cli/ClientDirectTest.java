package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceCid;
import io.adit.market.podsi.InclusionProof;
import io.adit.ops.AditMain;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a client of the HTTP market, and those of the operator beside them, against a node that runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientDirectTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private Path folder;
    private final LocalChain chain = LocalChain.running();
    private Node node;
    private HttpServer files;
    private String miner = "";
    private String market = "";
    private String wallet = "";

    @SuppressWarnings("NullAway.Init") // set up before all tests
    ClientDirectTest() {}

    @BeforeAll
    void start(@TempDir Path given) throws Exception {
        folder = given;
        var home = new NodeHome(folder.resolve("node"));
        chain.init(home, Map.of("market.price-per-gib-epoch", "0 FIL", "market.fetch-allow-private-addresses", "true"));
        node = Node.start(home, Map.of(), Map.of());
        Files.createDirectories(folder.resolve("web"));
        files = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                folder.resolve("web").toAbsolutePath(),
                SimpleFileServer.OutputLevel.NONE);
        files.start();
        var info = json(run("info", "--json", "--dir", folder.resolve("node").toString()));
        miner = info.path("miner").asText();
        market = info.path("retrieval").asText();
        wallet = json(run(
                        "wallet",
                        "new",
                        "--json",
                        "--dir",
                        folder.resolve("client").toString()))
                .path("address")
                .asText();
    }

    @AfterAll
    void stop() {
        files.stop(0);
        node.close();
        chain.close();
    }

    private record Ran(int exit, String out, String err) {}

    private static Ran run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return new Ran(line.execute(arguments), out.toString(), err.toString());
    }

    private static JsonNode json(Ran ran) throws IOException {
        assertThat(ran.exit()).as(ran.err()).isZero();
        return JSON.readTree(ran.out());
    }

    private Path file(String name, int seed, int length) throws IOException {
        var data = new byte[length];
        new Random(seed).nextBytes(data);
        return Files.write(folder.resolve("web").resolve(name), data);
    }

    private String url(Path file) {
        return "http://127.0.0.1:" + files.getAddress().getPort() + "/" + file.getFileName();
    }

    /** A command under {@code adit client direct}. */
    private Ran direct(String command, Object... more) {
        var arguments = new ArrayList<>(List.of("client", "direct", command, market));
        for (var argument : more) {
            arguments.add(argument.toString());
        }
        arguments.addAll(
                List.of("--from", wallet, "--dir", folder.resolve("client").toString(), "--json"));
        return run(arguments.toArray(String[]::new));
    }

    private Ran operator(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--dir", folder.resolve("node").toString(), "--json"));
        return run(all.toArray(String[]::new));
    }

    private static String v2(Path file) throws IOException {
        var data = Files.readAllBytes(file);
        return PieceCid.v2(CommP.of(data), data.length).toString();
    }

    /** A deal whose data is here goes into a sector, and may be done when it is looked at; how that ends is another test's. */
    private void awaitSealing(String deal) {
        Awaitility.await()
                .atMost(SOON)
                .until(() -> Set.of("sealing", "complete")
                        .contains(json(direct("status", deal)).path("status").asText()));
    }

    @Test
    void uploadsInChunks_andFetchesThePieceBackByEitherName() throws Exception {
        var data = file("put", 1, 2000);
        var deal = json(direct("deal", miner, data, "--source", "put", "--chunk-size", "1024"));
        assertThat(deal.path("pieceCidV2").asText()).isEqualTo(v2(data));

        awaitSealing(deal.path("deal").asText());

        for (var name : List.of("pieceCid", "pieceCidV2")) {
            var back = folder.resolve("back-" + name);
            var got = run("client", "get", market, deal.path(name).asText(), "-o", back.toString());
            assertThat(got.exit()).as(got.err()).isZero();
            assertThat(back).hasSameBinaryContentAs(data);
        }
        var named = json(operator("deals", "list"))
                .valueStream()
                .filter(row -> row.path("deal").equals(deal.path("deal")))
                .findFirst()
                .orElseThrow();
        assertThat(named.path("pieceCidV2")).isEqualTo(deal.path("pieceCidV2"));
        var again = direct("upload", deal.path("deal").asText(), data, "--chunk-size", "1024");
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("PROVIDER_ANSWER");
    }

    @Test
    void signsAsCurioDoes_andUploadsWhatFitsIntoOneRequest() throws Exception {
        var data = file("curio", 2, 1500);

        var deal = json(direct("deal", miner, data, "--curio"));

        awaitSealing(deal.path("deal").asText());
    }

    @Test
    void makesAnAggregateOfFetchedAndBroughtPieces_andVerifiesItsProof() throws Exception {
        var first = file("first", 3, 900);
        var second = file("second", 4, 400);
        var deal =
                json(direct("deal", miner, first, second, "--source", "aggregate", "--url", url(first), "--url", "-"));
        assertThat(deal.path("rawSize").asLong()).isEqualTo(2032);
        var name = deal.path("deal").asText();
        assertThat(operator("deals", "import", name, second.toString()).exit()).isZero();

        awaitSealing(name);

        var proof = folder.resolve("proof.cbor");
        var found = json(run(
                "client",
                "inclusion-proof",
                market,
                v2(second),
                "--aggregate",
                deal.path("pieceCidV2").asText(),
                "-o",
                proof.toString(),
                "--json"));
        assertThat(found.path("aggregateCid")).isEqualTo(deal.path("pieceCid"));
        assertThat(found.path("aggregateCidV2")).isEqualTo(deal.path("pieceCidV2"));
        assertThat(found.path("offset").asLong()).isEqualTo(1024);
        assertThat(InclusionProof.fromCbor(Files.readAllBytes(proof))
                        .aggregateOf(CommP.of(Files.readAllBytes(second)))
                        .pieceCidV1()
                        .toString())
                .isEqualTo(deal.path("pieceCid").asText());
        var elsewhere = run("client", "inclusion-proof", market, v2(second), "--aggregate", v2(first));
        assertThat(elsewhere.exit()).isEqualTo(1);
        assertThat(elsewhere.err()).contains("it has no proof for");
    }

    @Test
    void hasItsDataFetched() throws Exception {
        var data = file("http", 5, 800);

        var deal = json(direct("deal", miner, data, "--source", "http", "--url", url(data)));

        awaitSealing(deal.path("deal").asText());
    }

    @Test
    void operatorImportsADirectDeal_byItsUlid_andReadsWhyAFileIsNotItsData() throws Exception {
        var data = file("offline", 6, 700);
        var name = json(direct("deal", miner, data, "--source", "offline"))
                .path("deal")
                .asText();
        assertThat(name).hasSize(26);
        assertThat(json(direct("status", name)).path("status").asText()).isEqualTo("accepted");

        var shorter = operator("deals", "import", name, file("shorter", 6, 699).toString());
        assertThat(shorter.exit()).isEqualTo(1);
        assertThat(shorter.err()).contains("it must have 700 bytes, as the deal's piece CID says, and has 699", name);
        var other = operator("deals", "import", name, file("other", 7, 700).toString());
        assertThat(other.exit()).isEqualTo(1);
        assertThat(other.err())
                .contains("the piece CID must be "
                        + CommP.of(Files.readAllBytes(data)).pieceCidV1());

        var came = json(operator("deals", "import", name, data.toString()));
        assertThat(came.path("pieceCidV2").asText()).isEqualTo(v2(data));
        awaitSealing(name);
    }

    @Test
    void operatorImportsADealOverLibp2p_byItsUuid() throws Exception {
        chain.fund(Address.parse(wallet));
        var provider = json(operator("info")).path("libp2p").asText().split(" ", -1)[0];
        var data = file("mk12", 8, 600);
        var client = List.of(
                "--from",
                wallet,
                "--chain",
                chain.api(),
                "--dir",
                folder.resolve("client").toString());
        Awaitility.await()
                .atMost(SOON)
                .until(() -> !json(run(
                                "wallet",
                                "balance",
                                wallet,
                                "--chain",
                                chain.api(),
                                "--json",
                                "--dir",
                                folder.resolve("client").toString()))
                        .path("balance")
                        .asText()
                        .equals("0"));
        var words = new ArrayList<>(
                List.of("client", "deal", provider, miner, data.toString(), "--offline", "--yes", "--json"));
        words.addAll(client);
        var deal = json(run(words.toArray(String[]::new)));
        var uuid = deal.path("deal").asText();

        var wrong = operator("deals", "import", uuid, data.toString());
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.err()).contains("the piece CID must be", "(it has 600 bytes, its client said");
        var came = json(operator("deals", "import", uuid, deal.path("car").asText()));
        assertThat(came.path("pieceCidV2")).isEqualTo(deal.path("pieceCidV2"));

        var status = new ArrayList<>(List.of("client", "status", provider, uuid, "--json"));
        status.addAll(client);
        assertThat(json(run(status.toArray(String[]::new))).path("pieceCid")).isEqualTo(deal.path("pieceCid"));
        Awaitility.await()
                .atMost(SOON)
                .until(() -> !json(run(status.toArray(String[]::new)))
                        .path("checkpoint")
                        .asText()
                        .equals("Accepted"));
    }

    @Test
    void isToldWhyADealIsRefused_withOrWithoutProposingIt() throws Exception {
        var large = file("large", 9, 5000);
        for (var how : List.of("--dry-run", "--curio")) {
            var refused = direct("deal", miner, large, how);
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains("answered 400: Reason: PIECE_TOO_LARGE: data.piece_cid");
        }
        var dry = json(direct("deal", miner, file("small", 10, 1800), "--dry-run"));
        assertThat(dry.path("stored").asBoolean(true)).isFalse();
        assertThat(direct("status", dry.path("deal").asText()).err()).contains("answered 401");
        assertThat(direct("deal", miner, large, "--source", "aggregate").err()).contains("two FILEs or more");
        assertThat(direct("deal", miner, large, "--source", "http").err()).contains("--url goes with --source http");
    }

    @Test
    void commpTellsWhetherAFileHasTheCidThatIsExpected() throws Exception {
        var data = file("commp", 11, 300);
        var v1 = CommP.of(Files.readAllBytes(data)).pieceCidV1().toString();
        for (var expected : List.of(v1, v2(data))) {
            var same = json(run("client", "commp", data.toString(), "--expect", expected, "--json"));
            assertThat(same.path("asExpected").asBoolean()).isTrue();
            assertThat(same.path("pieceCid").asText()).isEqualTo(v1);
            assertThat(same.path("pieceCidV2").asText()).isEqualTo(v2(data));
        }
        var longer = Files.write(folder.resolve("longer"), Arrays.copyOf(Files.readAllBytes(data), 301));
        assertThat(run("client", "commp", longer.toString(), "--expect", v1).exit())
                .isZero();
        assertThat(run("client", "commp", longer.toString(), "--expect", v2(data))
                        .exit())
                .isEqualTo(1);
    }
}
