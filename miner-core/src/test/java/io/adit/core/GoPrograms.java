package io.adit.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Builds the programs in Go that modules are tested against. */
public final class GoPrograms {
    private GoPrograms() {}

    /**
     * The program in a folder, built into {@code target/} once for all tests of a run. Without Go on the PATH the test that asks
     * is skipped on a developer's machine and fails where {@code CI=true}: there a gap would pass unseen.
     *
     * @param sources of one program, with its {@code go.mod}
     */
    public static Path build(Path sources) throws IOException, InterruptedException {
        requireGo(sources + " is NOT tested against on this machine");
        var name = sources.getFileName().toString();
        var binary = Path.of("target", name).toAbsolutePath();
        if (isFresh(binary, sources)) {
            return binary;
        }
        Files.createDirectories(Path.of("target"));
        var log = Path.of("target", name + "-build.log");
        var build = new ProcessBuilder("go", "build", "-ldflags=-s -w", "-o", binary.toString(), ".")
                .directory(sources.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!build.waitFor(8, TimeUnit.MINUTES) || build.exitValue() != 0) {
            build.destroyForcibly();
            throw new IOException("the Go program " + name + " did not build:\n" + Files.readString(log));
        }
        return binary;
    }

    private static boolean isFresh(Path binary, Path sources) throws IOException {
        if (!Files.exists(binary)) {
            return false;
        }
        var built = Files.getLastModifiedTime(binary);
        try (var files = Files.list(sources)) {
            for (var source : files.toList()) {
                if (Files.getLastModifiedTime(source).compareTo(built) >= 0) {
                    return false;
                }
            }
            return true;
        }
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
