package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.AditMain;
import io.adit.sealing.storage.DurableFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code adit demo --sector-size 2KiB}: one real seal, two real window proofs, real transfers. */
class DemoTest {
    private static final String KEPT = "Everything of this run, logs included, is in ";

    @TempDir
    private Path folder;

    @Test
    void saysWhichStepFailed_inExitCodeTableAndReport() throws Exception {
        Town.parameters();
        System.setProperty("adit.devnet.classpath", Town.classPath());
        System.setProperty("adit.node.classpath", Town.classPath());

        var rows = failing("--file", folder.resolve("no-such-picture.jpg").toString());

        var steps = new ArrayList<String>();
        rows.forEach(row -> steps.add(row.path("step").asText()));
        assertThat(steps).containsExactly("chain and provider", "client's wallet", "picture");
        assertThat(rows.path(1).path("ok").asBoolean()).isTrue();
        assertThat(rows.path(2).path("ok").asBoolean()).isFalse();
        assertThat(rows.path(2).path("detail").asText()).contains("no-such-picture.jpg");
    }

    @Test
    void reportsThatTheParametersCouldNotBeMade() throws Exception {
        System.setProperty("adit.devnet.classpath", Town.classPath());
        var home = System.getProperty("user.home");
        Files.writeString(folder.resolve(".cache"), "no directory");
        System.setProperty("user.home", folder.toString());
        try {
            var rows = failing();

            assertThat(rows).hasSize(1);
            assertThat(rows.path(0).path("step").asText()).isEqualTo("proof parameters");
            assertThat(rows.path(0).path("ok").asBoolean(true)).isFalse();
            assertThat(rows.path(0).path("detail").asText()).isNotBlank();
        } finally {
            System.setProperty("user.home", home);
        }
    }

    @Test
    void beginsNothing_whenTheReportCannotBeWritten() {
        for (var report : List.of(folder.resolve("missing").resolve("report.json"), folder)) {
            var said = new StringWriter();
            var line = AditMain.commandLine();
            line.setErr(new PrintWriter(said, true));

            assertThat(line.execute("demo", "--sector-size", "2KiB", "--report", report.toString()))
                    .isEqualTo(1);

            assertThat(said.toString()).contains("NODE_REFUSED", "nothing was begun", report.toString());
        }
    }

    /** Runs a demo that must fail; answers its report. */
    private JsonNode failing(String... more) throws Exception {
        var out = new StringWriter();
        var report = folder.resolve("failed.json");
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        var arguments = new ArrayList<>(List.of("demo", "--sector-size", "2KiB", "--report", report.toString()));
        arguments.addAll(List.of(more));

        assertThat(line.execute(arguments.toArray(String[]::new)))
                .as(out.toString())
                .isEqualTo(1);

        var rows = new ObjectMapper().readTree(report.toFile());
        var failed = rows.path(rows.size() - 1).path("step").asText();
        assertThat(out.toString().lines()).anyMatch(row -> row.startsWith(failed + " ") && row.contains(" FAILED "));
        return rows;
    }

    @Test
    void everyStepEndsWell_andTheReportSaysSo() throws Exception {
        Town.parameters();
        System.setProperty("adit.devnet.classpath", Town.classPath());
        System.setProperty("adit.node.classpath", Town.classPath());
        var out = new StringWriter();
        var report = folder.resolve("report.json");
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));

        // A BLS client here; that of the kill test and of the demo by default has a secp256k1 key.
        int exit = line.execute(
                "demo", "--sector-size", "2KiB", "--client-key", "bls", "--keep", "--report", report.toString());

        assertThat(exit).as(out.toString()).isZero();
        tellsNoSecret(out + Files.readString(report));
        var rows = new ObjectMapper().readTree(report.toFile());
        var steps = new ArrayList<String>();
        for (var row : rows) {
            assertThat(row.path("ok").asBoolean()).as(row.toString()).isTrue();
            assertThat(row.path("wallMillis").isIntegralNumber()).isTrue();
            assertThat(row.path("cpuMillis").isIntegralNumber()).isTrue();
            assertThat(row.path("detail").asText()).isNotBlank();
            steps.add(row.path("step").asText());
        }
        assertThat(steps)
                .contains(
                        "ask",
                        "escrow",
                        "propose",
                        "transfer, publish",
                        "C1, C2",
                        "deal active",
                        "first window PoSt",
                        "second period",
                        "picture by root CID",
                        "piece by piece CID");
    }

    /** Neither a log nor the table, the database or any other file has a key, a token or a passphrase in it. */
    private static void tellsNoSecret(String said) throws IOException {
        var folder = Path.of(said.lines()
                .filter(row -> row.startsWith(KEPT))
                .map(row -> row.substring(KEPT.length()))
                .findFirst()
                .orElseThrow());
        try {
            var secrets = new Secrets().addHome(folder.resolve("node")).addHome(folder.resolve("client"));
            // Two homes with a key each, the node's with tokens beside.
            assertThat(secrets.size()).isGreaterThan(20);
            assertThat(secrets.in(said)).isEmpty();
            assertThat(folder.resolve("logs")).isNotEmptyDirectory();
            assertThat(secrets.below(folder)).isEmpty();
        } finally {
            DurableFiles.deleteTree(folder);
        }
    }
}
