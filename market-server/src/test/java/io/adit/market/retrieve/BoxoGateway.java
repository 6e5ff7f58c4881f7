package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.market.GoTools;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** boxo's gateway, which is kubo's, in a process of its own; see {@code src/test/go/gateway}. */
final class BoxoGateway implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("\\{([a-z0-9-]+)}");

    private final Process process;
    private final Path car;
    private final Map<String, Cid> content = new HashMap<>();
    private final URI base;

    /** Makes the content, in an archive in the folder, and serves it. */
    BoxoGateway(Path folder, String mode) throws IOException, InterruptedException {
        car = folder.resolve("content.car");
        process = new ProcessBuilder(GoTools.build("gateway").toString(), car.toString(), mode)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        base = URI.create("http://" + readContent(process.inputReader(StandardCharsets.UTF_8)));
    }

    private String readContent(BufferedReader lines) throws IOException {
        while (true) {
            var line = Objects.requireNonNull(lines.readLine(), "the gateway ended")
                    .split(" ", 2);
            if (line[0].equals("serving")) {
                return line[1];
            }
            content.put(line[0], Cid.parse(line[1]));
        }
    }

    /** All the content. */
    Path car() {
        return car;
    }

    URI base() {
        return base;
    }

    Cid cid(String name) {
        return Objects.requireNonNull(content.get(name), name);
    }

    /** A text with the CIDs of the things that it names in braces. */
    String filled(String text) {
        return NAME.matcher(text).replaceAll(match -> cid(match.group(1)).toString());
    }

    @Override
    public void close() {
        process.destroy();
    }
}
