package io.adit.market.retrieve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Runs curl. */
final class Curl {
    private final Path directory;

    Curl(Path directory) {
        this.directory = directory;
    }

    /**
     * What came of it.
     *
     * @param exit curl's exit status; 0 when the answer was whole
     */
    record Answer(int exit, int status, List<String> headers, byte[] body) {
        String header(String name) {
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    Answer run(String... arguments) throws IOException, InterruptedException {
        var body = Files.createTempFile(directory, "body", "");
        var head = Files.createTempFile(directory, "head", "");
        var command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "--noproxy",
                "*",
                "-m",
                "30",
                "--path-as-is",
                "-o",
                body.toString(),
                "-D",
                head.toString()));
        command.addAll(Arrays.asList(arguments));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("curl did not end: " + command);
        }
        var lines = Files.readAllLines(head);
        int status = lines.isEmpty() ? 0 : Integer.parseInt(lines.getFirst().split(" ")[1]);
        return new Answer(process.exitValue(), status, lines, Files.readAllBytes(body));
    }
}
