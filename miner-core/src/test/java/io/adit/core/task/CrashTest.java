package io.adit.core.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.state.SqlStateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kills a process at marked places and looks at what the next one makes of it. */
class CrashTest {
    @TempDir
    Path directory;

    /** Runs the pipeline in a process of its own; answers its exit status. */
    private int run(String killAt) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        var builder = new ProcessBuilder(List.of(
                java.toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingProcess.class.getName(),
                directory.resolve("state.db").toString()));
        builder.environment().put("ADIT_KILL_AT", killAt);
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        Process process = builder.start();
        assertThat(process.waitFor(2 * CrashingProcess.LIFE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return process.exitValue();
    }

    private String fact(String name) {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            return store.read(tx -> tx.meta().get(name).orElse("").strip());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "step.b.start, step.a, x",
        "step.b.ran, step.a, xx",
        // The successor may have been quicker than the kill.
        "step.b.done, step.a step.b|step.a step.b step.c, x",
    })
    void nextProcessResumes_whereTheKilledOneWas(String killAt, String traceAtDeath, String runsInAll)
            throws Exception {
        assertThat(run(killAt + ":1")).isEqualTo(CrashPoints.KILLED);
        assertThat(fact("trace")).isIn(List.of(traceAtDeath.split("\\|")));

        assertThat(run("")).isZero();

        assertThat(fact("trace")).isEqualTo("step.a step.b step.c");
        assertThat(fact("runs of step.b")).isEqualTo(runsInAll);
    }

    @Test
    void killPointsAreParsed() {
        var points = CrashPoints.parse("sector.commit2.ran:3, a:b:1,once");

        assertThat(points.keySet()).containsExactlyInAnyOrder("sector.commit2.ran", "a:b", "once");
        assertThat(points.get("sector.commit2.ran")).hasValue(3);
        assertThat(points.get("once")).hasValue(1);
        assertThat(CrashPoints.parse("")).isEmpty();
    }
}
