package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.AditMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code adit demo --sector-size 2KiB}: one real seal, two real window proofs, real transfers. */
class DemoTest {
    @TempDir
    private Path folder;

    @Test
    void everyStepEndsWell_andTheReportSaysSo() throws Exception {
        Town.parameters();
        System.setProperty("adit.devnet.classpath", Town.classPath());
        System.setProperty("adit.node.classpath", Town.classPath());
        var out = new StringWriter();
        var report = folder.resolve("report.json");
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));

        int exit = line.execute("demo", "--sector-size", "2KiB", "--report", report.toString());

        assertThat(exit).as(out.toString()).isZero();
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
}
