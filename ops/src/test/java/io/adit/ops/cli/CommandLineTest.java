package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.keys.PrivateKey;
import io.adit.ops.AditMain;
import io.adit.ops.ErrorCatalogue;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    private Path folder;

    /** Commands that answer nothing, or something that is not for machines; devnet and sim have it in programs of their own. */
    private static final Set<String> WITHOUT_JSON = Set.of(
            "adit worker",
            "adit devnet",
            "adit sim",
            "adit test",
            "adit build",
            "adit help",
            "adit generate-completion");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void everyCommandHasADescriptionAndHelp() {
        var commands = new ArrayDeque<CommandLine>();
        commands.add(AditMain.commandLine());
        int seen = 0;
        while (!commands.isEmpty()) {
            var command = commands.remove();
            commands.addAll(command.getSubcommands().values());
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandSpec().qualifiedName())
                    .isNotEmpty();
            for (var argument : command.getCommandSpec().args()) {
                assertThat(argument.description())
                        .as(command.getCommandSpec().qualifiedName() + " " + argument.paramLabel())
                        .isNotEmpty();
            }
            assertThat(helpOf(command)).contains(command.getCommandName());
            boolean answers = command.getSubcommands().isEmpty()
                    && !WITHOUT_JSON.contains(command.getCommandSpec().qualifiedName());
            if (answers) {
                assertThat(command.getCommandSpec().findOption("--json"))
                        .as("--json of " + command.getCommandSpec().qualifiedName())
                        .isNotNull();
            }
            seen++;
        }
        assertThat(seen).isGreaterThan(30);
    }

    /** Runs the command with --help and answers what it prints. */
    private static String helpOf(CommandLine command) {
        var path = command.getCommandSpec().qualifiedName().split(" ", -1);
        var arguments = new ArrayList<>(Arrays.asList(path).subList(1, path.length));
        arguments.add("--help");
        var printed = new StringWriter();
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(printed, true));
        assertThat(line.execute(arguments.toArray(String[]::new)))
                .as(String.join(" ", arguments))
                .isZero();
        return printed.toString();
    }

    @Test
    void answersHowToPayAMiner() {
        assertThat(run("explain", "mars.jpg")).isZero();
        assertThat(out.toString())
                .contains("how do I pay a miner to host it?")
                .contains("./adit demo")
                .contains("adit client deal")
                .contains("do not put money on it");
    }

    @Test
    void explainsAndPrintsTheConfigurationAsJson() throws Exception {
        assertThat(run("explain", "low_funds", "--json")).isZero();
        var code = new ObjectMapper().readTree(out.toString());
        assertThat(code.path("code").asText()).isEqualTo("LOW_FUNDS");
        assertThat(code.path("kind").asText()).isEqualTo("operator");
        out.getBuffer().setLength(0);

        assertThat(run("config", "default", "--json")).isZero();
        var keys = new ObjectMapper().readTree(out.toString());
        assertThat(keys).anySatisfy(key -> {
            assertThat(key.path("section").asText()).isEqualTo("node");
            assertThat(key.path("key").asText()).isEqualTo("api-listen");
            assertThat(key.path("meaning").asText()).isNotBlank();
        });
    }

    @Test
    void exportsAKeyAsJson_thatCanBeImported() throws Exception {
        run("wallet", "new", "--json", "--dir", folder.toString());
        var address =
                new ObjectMapper().readTree(out.toString()).path("address").asText();
        out.getBuffer().setLength(0);

        assertThat(run("wallet", "export", address, "--json", "--dir", folder.toString()))
                .isZero();
        var exported = new ObjectMapper().readTree(out.toString());
        assertThat(PrivateKey.fromLotusExport(exported.path("privateKey").asText())
                        .address()
                        .toString())
                .isEqualTo(address);
    }

    @Test
    void completesTheLaunchersCommandsAsWell_andHelpsWithEach() {
        assertThat(run("generate-completion")).isZero();
        assertThat(out.toString()).contains("devnet").contains("build").contains("test");
        out.getBuffer().setLength(0);

        assertThat(run("help", "init")).isZero();
        assertThat(out.toString()).contains("--sector-size");
    }

    /** The programs behind these two are not on this one's class path. */
    @Test
    void knowsTheOptionsOfTheLaunchersPrograms() throws IOException {
        assertThat(options("devnet")).isEqualTo(optionsIn("../devnet/src/main/java/io/adit/devnet/DevnetMain.java"));
        assertThat(options("sim")).isEqualTo(optionsIn("../simulation/src/main/java/io/adit/simulation/SimMain.java"));
        assertThat(options("test")).containsExactly("--all");
        assertThat(options("build")).containsExactly("--features");
    }

    private static Set<String> options(String command) {
        var spec = Objects.requireNonNull(
                        AditMain.commandLine().getSubcommands().get(command))
                .getCommandSpec();
        return spec.optionsMap().keySet().stream()
                .filter(name ->
                        name.startsWith("--") && !Set.of("--help", "--version").contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> optionsIn(String program) throws IOException {
        return Pattern.compile("names = \"(--[a-z-]+)\"")
                .matcher(Files.readString(Path.of(program)))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @CsvSource({
        "client get localhost:4702 bafkqaaa, localhost:4702",
        "client get http://a^b bafkqaaa, http://a^b",
        "client get ftp://127.0.0.1/ bafkqaaa, ftp://127.0.0.1/",
        "client get http://127.0.0.1:4702 nonsense --out no-file, multibase",
        "client ask 127.0.0.1:24001 t01000, 127.0.0.1:24001",
        "client deal 127.0.0.1:24001 t01000 FILE, 127.0.0.1:24001",
        "client preflight 127.0.0.1:24001 t01000 FILE, 127.0.0.1:24001",
        "client status /ip4/127.0.0.1/tcp/1/p2p/x 8f9d1d5e-7c1f-4e6c-9d7a-1a2b3c4d5e6f --from t01000, /p2p/x",
    })
    void argumentIsNamed_whenItIsMistyped(String words, String mistyped) {
        assertThat(run(words.split(" ", -1))).isNotZero();
        assertThat(err.toString()).contains(mistyped).doesNotContain("this is a bug");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a^b", "localhost:1", "nothing"})
    void devnetsControlIsNamed_whenItIsMistyped(String url) {
        assertThatThrownBy(() -> ChainControl.parse("control T " + url))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(OpsError.DEVNET_CONTROL))
                .hasMessageContaining(url);
    }

    @Test
    void saysHowToStart_whenNoNodeRuns() {
        assertThat(run("info", "--dir", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("adit run").contains("NODE_NOT_RUNNING");
    }

    @Test
    void saysHowToInitialise_whenTheFolderHoldsNoNode() {
        assertThat(run("run", "--dir", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("adit init").contains("NOT_INITIALISED");
    }

    @Test
    void makesAKeyAndListsIt() throws Exception {
        assertThat(run("wallet", "new", "bls", "--json", "--dir", folder.toString()))
                .isZero();
        var address =
                new ObjectMapper().readTree(out.toString()).path("address").asText();
        assertThat(address).startsWith("t3");
        out.getBuffer().setLength(0);

        assertThat(run("wallet", "list", "--dir", folder.toString())).isZero();
        assertThat(out.toString().strip()).isEqualTo(address);
        assertThat(Files.getPosixFilePermissions(folder.resolve("keystore.passphrase")))
                .hasSize(2);
    }

    @Test
    void looksForKeysWithoutMakingAKeystore() {
        var mistyped = folder.resolve("mistyped");

        assertThat(run("wallet", "list", "--dir", mistyped.toString())).isZero();
        assertThat(out.toString()).contains("adit wallet new");
        assertThat(mistyped).doesNotExist();
    }

    @Test
    void addressesAreWrittenAsTheConfiguredNetworkWritesThem() throws Exception {
        Files.writeString(folder.resolve("config.toml"), "[chain]\nnetwork = \"mainnet\"\n");

        assertThat(run("wallet", "new", "bls", "--dir", folder.toString())).isZero();
        assertThat(run("wallet", "list", "--dir", folder.toString())).isZero();
        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("f3"));
    }

    @Test
    void computesCommPOfAFile() throws Exception {
        var file = folder.resolve("data");
        Files.write(file, new byte[127]);

        assertThat(run("client", "commp", file.toString(), "--json")).isZero();

        // The zero piece of 128 bytes: vectors/filecoin/zero_commitments.json.
        var json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("pieceCid").asText())
                .isEqualTo("baga6ea4seaqdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy");
        assertThat(json.path("pieceSize").asLong()).isEqualTo(128);
    }

    @Test
    void explainsEveryCode_andNoTwoShareAName() {
        var names = new HashSet<String>();
        for (var code : ErrorCatalogue.all()) {
            assertThat(names.add(code.name())).as(code.name()).isTrue();
            assertThat(code.explanation()).isNotBlank();
        }
        assertThat(run("explain", "node_not_running")).isZero();
        assertThat(out.toString()).contains("adit run");
        assertThat(run("explain", "nonsense")).isEqualTo(1);
    }

    @Test
    void printsTheDefaultConfiguration() {
        assertThat(run("config", "default")).isZero();
        assertThat(out.toString()).contains("[market]").contains("api-listen");
    }

    @Test
    void exitsWithTwo_whenUsedWrongly() {
        assertThat(run("sectors", "status", "not-a-number")).isEqualTo(2);
        assertThat(run("no-such-command")).isEqualTo(2);
    }
}
