package io.adit.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A program of {@link GoPrograms} that runs: it is told its configuration in a line of JSON, and then answers each line by one,
 * {@code {"ok": …}} or {@code {"error": …}}.
 */
public final class AnsweringProgram implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedReader answers;

    /** Starts it. */
    public AnsweringProgram(Path program, String mode, JsonNode configuration) throws IOException {
        process = new ProcessBuilder(program.toString(), mode)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        send(configuration);
    }

    private void send(JsonNode line) throws IOException {
        var out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(line + "\n");
        out.flush();
    }

    /** What the program got; fails the test where it got nothing. */
    public JsonNode ask(JsonNode wish) throws IOException {
        send(wish);
        var answer = JSON.readTree(Objects.requireNonNull(answers.readLine(), "the program ended"));
        assertThat(answer.path("error").asText()).as(wish.toString()).isEmpty();
        return answer.path("ok");
    }

    @Override
    public void close() {
        process.destroy();
    }
}
