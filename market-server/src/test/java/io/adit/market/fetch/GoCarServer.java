package io.adit.market.fetch;

import io.adit.market.GoTools;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A go-libp2p peer, {@code src/test/go/carserve}, that serves one file by HTTP over libp2p, as Boost's clients do. */
public final class GoCarServer implements AutoCloseable {
    /** What it wants to be shown, as the password of basic authentication. */
    public static final String TOKEN = "secret";

    /** Method, path, host and range of each request so far. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    private final List<String> addresses = new ArrayList<>();
    private final Process process;

    /** @param cut after how many bytes it breaks off the first two answers; 0 for never */
    public GoCarServer(Path file, int cut) throws Exception {
        process = new ProcessBuilder(GoTools.build("carserve").toString(), file.toString(), TOKEN, String.valueOf(cut))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = process.inputReader(StandardCharsets.UTF_8);
        for (var line = line(lines); !line.equals("ready"); line = line(lines)) {
            addresses.add(line);
        }
        Thread.ofVirtual().start(() -> lines.lines().forEach(requests::add));
    }

    private static String line(BufferedReader lines) throws IOException {
        return Objects.requireNonNull(lines.readLine(), "the Go server ended");
    }

    /** Where the file is; {@code /tcp/} or {@code /quic-v1/}. */
    public String url(String transport) {
        return addresses.stream()
                .filter(address -> address.contains(transport))
                .map(address -> "libp2p://" + address)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
