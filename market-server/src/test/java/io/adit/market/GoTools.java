package io.adit.market;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Builds the Go programs under src/test/go that this module is tested against. */
public final class GoTools {
    private GoTools() {}

    /**
     * The program of {@code src/test/go/<name>}, built into {@code target/}. Without Go on the PATH the test that asks is skipped
     * on a developer's machine and fails where {@code CI=true}: there a gap would pass unseen.
     */
    public static Path build(String name) throws IOException, InterruptedException {
        requireGo("src/test/go/" + name + " is NOT tested against on this machine");
        var binary = Path.of("target", name).toAbsolutePath();
        Files.createDirectories(Path.of("target"));
        var log = Path.of("target", name + "-build.log");
        var build = new ProcessBuilder("go", "build", "-ldflags=-s -w", "-o", binary.toString(), ".")
                .directory(Path.of("src", "test", "go", name).toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!build.waitFor(8, TimeUnit.MINUTES) || build.exitValue() != 0) {
            build.destroyForcibly();
            throw new IOException("the Go program " + name + " did not build:\n" + Files.readString(log));
        }
        return binary;
    }

    private static void requireGo(String gap) {
        var found = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "go")));
        if (!found) {
            System.err.println("WARNING: no go on PATH: " + gap);
            assertThat(System.getenv("CI")).as("no go on PATH: " + gap).isNotEqualTo("true");
            Assumptions.abort("no go on PATH: " + gap);
        }
    }
}
