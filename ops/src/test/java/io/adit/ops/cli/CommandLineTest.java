package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.AditMain;
import io.adit.ops.ErrorCatalogue;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    private Path folder;

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
            seen++;
        }
        assertThat(seen).isGreaterThan(30);
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
