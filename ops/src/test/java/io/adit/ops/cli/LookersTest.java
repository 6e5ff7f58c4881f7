package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.fil.Address;
import io.adit.ops.AditMain;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import io.adit.ops.daemon.NodeInit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator and a client type, through the real command line, against a real node on a real chain. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LookersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Path folder;
    private final LocalChain chain = LocalChain.running();
    private final NodeInit.Made made;
    private final Node node;

    LookersTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        var home = new NodeHome(folder.resolve("node"));
        made = chain.init(home, Map.of());
        node = Node.start(home, Map.of(), Map.of());
    }

    @BeforeAll
    void sealOneSector() {
        assertThat(look("sectors pledge").path("number").isIntegralNumber()).isTrue();
    }

    @AfterAll
    void stop() {
        node.close();
        chain.close();
    }

    private record Ran(int exit, String out, String err) {}

    private Ran run(List<String> arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return new Ran(line.execute(arguments.toArray(String[]::new)), out.toString(), err.toString());
    }

    /** A command about the node, with its directory and these further arguments. */
    private Ran onNode(String command, String... more) {
        var arguments = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        arguments.addAll(List.of("--dir", folder.resolve("node").toString()));
        arguments.addAll(List.of(more));
        return run(arguments);
    }

    private JsonNode look(String command) {
        return json(onNode(command, "--json"));
    }

    private static JsonNode json(Ran ran) {
        assertThat(ran.exit()).as(ran.err()).isZero();
        try {
            return JSON.readTree(ran.out());
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + ran.out(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "info",
                "sectors list",
                "sectors status 0",
                "proving info",
                "proving deadlines",
                "proving faults",
                "deals list",
                "storage list",
                "wallet list",
                "messages list",
                "tasks list"
            })
    void everyLooker_printsTextAndJson(String command) {
        var text = onNode(command);
        assertThat(text.exit()).as(text.err()).isZero();
        assertThat(text.out()).isNotBlank().doesNotStartWith("{").doesNotStartWith("[");
        assertThat(text.err()).isEmpty();

        assertThat(look(command).isContainerNode()).isTrue();
    }

    @Test
    void info_tellsTheMinerAndTheChain() {
        var info = look("info");

        assertThat(info.path("miner").asText()).isEqualTo(made.miner().toString());
        assertThat(info.path("epoch").asLong()).isPositive();
        assertThat(info.path("sectors").asInt()).isPositive();
        assertThat(info.path("workerBalance").asText()).endsWith("FIL");
        assertThat(onNode("info").out())
                .contains(made.miner().toString(), info.path("libp2p").asText());
    }

    @Test
    void sectors_showTheOneThatIsBeingSealed() {
        var rows = look("sectors list");
        assertThat(rows).isNotEmpty();
        var number = rows.path(0).path("number").asText();

        var sector = look("sectors status " + number);

        assertThat(sector.path("number").asText()).isEqualTo(number);
        assertThat(sector.path("state").asText()).isNotEmpty();
        assertThat(sector.path("pieceList").isArray()).isTrue();
        assertThat(onNode("sectors list").out()).contains("Number", "State");
        assertThat(onNode("sectors status " + number).out()).contains("Number", "State");
    }

    @Test
    void proving_hasAWindowAroundTheEpoch() {
        var proving = look("proving info");

        assertThat(proving.path("closes").asLong() - proving.path("opens").asLong())
                .isEqualTo(proving.path("challengeWindow").asLong());
        assertThat(proving.path("opens").asLong())
                .isLessThanOrEqualTo(proving.path("epoch").asLong());
        assertThat(look("proving deadlines").isArray()).isTrue();
        assertThat(onNode("proving info").out()).contains("Fault cutoff");
    }

    @Test
    void storageWalletAndMessages_tellWhatInitMade() {
        var path = look("storage list").path(0);
        assertThat(path.path("path").asText()).startsWith(folder.toString());
        assertThat(path.path("capacity").asLong()).isPositive();
        assertThat(onNode("storage list").out())
                .contains("Problem", path.path("id").asText());

        var keys = new ArrayList<String>();
        look("wallet list").forEach(key -> keys.add(key.asText()));
        assertThat(keys).contains(made.worker().toString());
        assertThat(onNode("wallet list").out().lines()).containsAll(keys);

        var create = look("messages list").findParents("key").stream()
                .filter(message -> message.path("key").asText().equals("init/create-miner"))
                .findFirst()
                .orElseThrow();
        assertThat(create.path("exitCode").asInt(-1)).isZero();
        assertThat(onNode("messages list").out()).contains("init/create-miner");
    }

    @ParameterizedTest
    @CsvSource({
        "sectors status 77, NO_SUCH_THING",
        "tasks retry seal.nothing none, NO_SUCH_THING",
    })
    void refusal_namesTheNodesOwnCode_whichExplainKnows(String command, String code) {
        var refused = onNode(command);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("[" + code + ", operator]", "adit explain " + code);
        assertThat(run(List.of("explain", code)).exit()).isZero();
    }

    @Test
    void clientPacksAndComputesThePieceCid() throws IOException {
        var file = Files.write(folder.resolve("small.bin"), new byte[700]);

        var packed = json(run(List.of("client", "pack", file.toString(), "--json")));
        var car = packed.path("car").asText();
        var computed = json(run(List.of("client", "commp", car, "--json")));

        assertThat(packed.path("root").asText()).startsWith("bafk");
        assertThat(computed.path("pieceCid")).isEqualTo(packed.path("pieceCid"));
        assertThat(computed.path("pieceCidV2")).isEqualTo(packed.path("pieceCidV2"));
        assertThat(computed.path("rawSize").asLong()).isEqualTo(Files.size(Path.of(car)));
        assertThat(run(List.of("client", "pack", file.toString())).out())
                .contains(packed.path("root").asText());
        assertThat(run(List.of("client", "commp", car)).out())
                .contains(packed.path("pieceCid").asText());
    }

    /** The client's own directory and the same chain. */
    private Ran client(String command, String... more) {
        var arguments = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of(
                "--chain", chain.api(), "--dir", folder.resolve("client").toString()));
        return run(arguments);
    }

    @Test
    void clientAsksProposesAndLooks_andTheProviderListsTheDeal() throws IOException {
        var provider = look("info").path("libp2p").asText().split(" ", -1)[0];
        var miner = made.miner().toString();
        var ask = json(client("client ask", provider, miner, "--json"));
        assertThat(ask.path("miner").asText()).isEqualTo(miner);
        assertThat(ask.path("maxPieceSize").asLong()).isEqualTo(2048);
        assertThat(client("client ask", provider, miner).out()).contains(miner);

        var made = run(List.of(
                "wallet", "new", "--json", "--dir", folder.resolve("client").toString()));
        var wallet = json(made).path("address").asText();
        chain.fund(Address.parse(wallet));
        Awaitility.await()
                .atMost(SOON)
                .until(() -> !json(client("wallet balance", wallet, "--json"))
                        .path("balance")
                        .asText()
                        .equals("0"));
        var file = Files.write(folder.resolve("kept.bin"), new byte[500]);
        var deal = json(client("client deal", provider, miner, file.toString(), "--from", wallet, "--yes", "--json"));
        var uuid = deal.path("deal").asText();

        var status = json(client("client status", provider, uuid, "--from", wallet, "--json"));
        assertThat(status.path("deal").asText()).isEqualTo(uuid);
        assertThat(status.path("error").asText()).isEmpty();
        assertThat(status.path("checkpoint").asText()).isNotEmpty();
        var row = look("deals list").path(0);
        assertThat(row.path("uuid").asText()).isEqualTo(uuid);
        assertThat(row.path("pieceCid")).isEqualTo(deal.path("pieceCid"));
        assertThat(onNode("deals list").out()).contains(uuid);
        assertThat(client("client status", provider, uuid, "--from", wallet).out())
                .contains(uuid);
    }

    @Test
    void clientGetSaysWhatIsMissing_whenTheProviderHasNoSuchFile() {
        var url = look("info").path("retrieval").asText();
        var target = folder.resolve("nothing.bin");

        var got = run(List.of(
                "client",
                "get",
                url,
                "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
                "--out",
                target.toString()));

        assertThat(got.exit()).isEqualTo(1);
        assertThat(got.err()).contains("bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
        assertThat(target).doesNotExist();
    }
}
