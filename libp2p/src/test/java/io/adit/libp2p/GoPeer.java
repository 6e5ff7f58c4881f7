package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/** The go-libp2p program under src/test/go, built once into target/, with a host for each key type. */
final class GoPeer implements AutoCloseable {
    private static final Path SOURCE = Path.of("src", "test", "go");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path BINARY = Path.of("target", "gopeer");

    private final Process process;
    private final PrintWriter commands;
    private final Map<KeyType, List<Multiaddr>> addresses = new EnumMap<>(KeyType.class);
    private final Map<String, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger();

    private static boolean canBuild() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "go")));
    }

    /** Aborts the test where there is no Go, loudly; in CI that is a failure. */
    static GoPeer startOrSkip() throws IOException, InterruptedException {
        if (!canBuild()) {
            var gap = "no go on PATH: interop with go-libp2p is NOT tested on this machine";
            System.err.println("WARNING: " + gap);
            assertThat(System.getenv("CI")).as(gap).isNotEqualTo("true");
            Assumptions.abort(gap);
        }
        return start();
    }

    private static GoPeer start() throws IOException, InterruptedException {
        build();
        return new GoPeer(new ProcessBuilder(BINARY.toAbsolutePath().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    private static void build() throws IOException, InterruptedException {
        var log = Path.of("target", "gopeer-build.log");
        Files.createDirectories(Path.of("target"));
        var build = new ProcessBuilder(List.of(
                        "go",
                        "build",
                        "-ldflags=-s -w",
                        "-o",
                        BINARY.toAbsolutePath().toString(),
                        "."))
                .directory(SOURCE.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!build.waitFor(8, TimeUnit.MINUTES) || build.exitValue() != 0) {
            build.destroyForcibly();
            throw new IOException("the Go peer did not build:\n" + Files.readString(log));
        }
    }

    private GoPeer(Process process) throws IOException {
        this.process = process;
        this.commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
            if (line == null) {
                throw new IOException("the Go peer ended before it was ready");
            }
            var fields = line.split(" ");
            addresses
                    .computeIfAbsent(KeyType.valueOf(fields[1].toUpperCase(Locale.ROOT)), key -> new ArrayList<>())
                    .add(Multiaddr.parse(fields[2]));
        }
        Thread.ofVirtual().start(() -> readAnswers(lines));
    }

    private void readAnswers(BufferedReader lines) {
        try {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var fields = line.split(" ", 3);
                var answer = answers.remove(fields[0]);
                if (answer != null && fields[1].equals("ok")) {
                    answer.complete(fields[2]);
                } else if (answer != null) {
                    answer.completeExceptionally(new IOException("Go peer: " + fields[2]));
                }
            }
        } catch (IOException e) {
            answers.values().forEach(answer -> answer.completeExceptionally(e));
        }
    }

    /** Where the host with this key type listens on plain TCP. */
    Multiaddr address(KeyType type) {
        return address(type, "");
    }

    /** Where the host with this key type listens, by what stands between port and peer: {@code /ws} or {@code /tls/ws}. */
    Multiaddr address(KeyType type, String carrier) {
        return addresses.getOrDefault(type, List.of()).stream()
                .filter(address -> address.toString().matches("/ip4/[0-9.]+/tcp/[0-9]+" + carrier + "/p2p/.*"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the Go peer has no " + type + " host at " + carrier));
    }

    /** Where the host with this key type listens on QUIC. */
    Multiaddr quicAddress(KeyType type) {
        return addresses.getOrDefault(type, List.of()).stream()
                .filter(address -> address.toString().contains("/quic-v1"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the Go peer has no " + type + " host on QUIC"));
    }

    /** Runs a command on the host with this key type and waits for its answer. */
    String run(KeyType type, String command, Object... arguments) throws Exception {
        try {
            return start(type, command, arguments).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException reason ? reason : e;
        } catch (TimeoutException e) {
            throw new IOException("the Go peer has not answered " + command + " in " + PATIENCE, e);
        }
    }

    private CompletableFuture<String> start(KeyType type, String command, Object... arguments) {
        var id = Integer.toString(nextId.incrementAndGet());
        var answer = new CompletableFuture<String>();
        answers.put(id, answer);
        var line = new StringBuilder(id + " " + command + " " + type.name().toLowerCase(Locale.ROOT));
        for (var argument : arguments) {
            line.append(' ').append(argument);
        }
        commands.println(line);
        return answer;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
