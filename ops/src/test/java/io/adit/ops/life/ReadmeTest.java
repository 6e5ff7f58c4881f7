package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.AditMain;
import io.adit.ops.demo.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's way to a node on a chain of one's own, as it is written there but for ports, folders and the sector size. */
class ReadmeTest {
    private static final Duration START = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    @Test
    void chainInitAndRunBringANodeThatAnswers() throws Exception {
        try (var chain =
                start("devnet", "io.adit.devnet.DevnetMain", "--sector-size", "2KiB", "--listen", "127.0.0.1:0")) {
            var api = chain.nextLine(START);
            var control = chain.nextLine(START).replaceFirst("^control ", "");

            var made = adit(
                    "init",
                    "--devnet",
                    "--sector-size",
                    "2KiB",
                    "--chain",
                    api,
                    "--devnet-control",
                    control,
                    "--set",
                    "node.api-listen=127.0.0.1:0",
                    "--set",
                    "retrieval.http-listen=127.0.0.1:0",
                    "--set",
                    "market.libp2p-listen=/ip4/127.0.0.1/tcp/0");

            assertThat(made).contains("Miner t0", "Start it: adit run");
            try (var node = start("node", "io.adit.ops.AditMain", "run", "--dir", node().toString())) {
                node.nextLine(START);
                var info = new ObjectMapper().readTree(adit("info", "--json"));
                assertThat(made).contains("Miner " + info.path("miner").asText());
            }
        }
    }

    private Path node() {
        return folder.resolve("node");
    }

    private Program start(String name, String main, String... arguments) {
        var all = new java.util.ArrayList<>(List.of(arguments));
        all.add("--exit-with-parent");
        return Program.start(name, Town.classPath(), main, all, Map.of(), folder.resolve("logs"));
    }

    private String adit(String... arguments) {
        var out = new StringWriter();
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        var all = new java.util.ArrayList<>(List.of(arguments));
        all.add("--dir");
        all.add(node().toString());

        assertThat(line.execute(all.toArray(String[]::new))).as(out.toString()).isZero();
        return out.toString();
    }
}
