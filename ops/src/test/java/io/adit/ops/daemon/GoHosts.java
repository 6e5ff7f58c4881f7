package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.multiaddr.Multiaddr;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The go-libp2p hosts of the libp2p module's tests, one for each type of key; commands one after the other. */
final class GoHosts implements AutoCloseable {
    private static final Path SOURCE = Path.of("..", "libp2p", "src", "test", "go");
    private static final Path BINARY = Path.of("target", "gopeer").toAbsolutePath();

    private final Process process;
    private final PrintWriter commands;
    private final BufferedReader answers;
    private final Map<String, Multiaddr> overTcp = new HashMap<>();
    private int commandsGiven;

    /** Aborts the test where there is no Go; in CI that is a failure. */
    static GoHosts startOrSkip() throws IOException, InterruptedException {
        var canBuild = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "go")));
        if (!canBuild) {
            var gap = "no go on PATH: the node is NOT tested with go-libp2p on this machine";
            System.err.println("WARNING: " + gap);
            assertThat(System.getenv("CI")).as(gap).isNotEqualTo("true");
            Assumptions.abort(gap);
        }
        return new GoHosts();
    }

    private GoHosts() throws IOException, InterruptedException {
        var build = new ProcessBuilder("go", "build", "-ldflags=-s -w", "-o", BINARY.toString(), ".")
                .directory(SOURCE.toFile())
                .inheritIO()
                .start();
        assertThat(build.waitFor(8, TimeUnit.MINUTES)).isTrue();
        assertThat(build.exitValue()).isZero();
        process = new ProcessBuilder(BINARY.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
        for (var line = line(); !line.equals("ready"); line = line()) {
            var words = line.split(" ");
            if (words[2].matches("/ip4/[0-9.]+/tcp/[0-9]+/p2p/.*")) {
                overTcp.put(words[1], Multiaddr.parse(words[2]));
            }
        }
    }

    private String line() throws IOException {
        var line = answers.readLine();
        if (line == null) {
            throw new IOException("the go-libp2p hosts have ended");
        }
        return line;
    }

    /** Where the host with this type of key listens on TCP. */
    Multiaddr address(String host) {
        return overTcp.getOrDefault(host, Multiaddr.parse("/ip4/127.0.0.1/tcp/1"));
    }

    /** Has a host do something; answers with what it says. */
    String run(String host, String command, Object... arguments) throws IOException {
        var id = String.valueOf(++commandsGiven);
        var words = new StringBuilder(id + " " + command + " " + host);
        for (var argument : arguments) {
            words.append(' ').append(argument);
        }
        commands.println(words);
        var answer = line().split(" ", 3);
        assertThat(answer).startsWith(id, "ok");
        return answer[2];
    }

    @Override
    public void close() {
        process.destroy();
    }
}
