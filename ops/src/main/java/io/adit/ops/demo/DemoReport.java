package io.adit.ops.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import io.adit.ops.cli.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the demo did, a row a step: printed as a table at the end and written as JSON with {@code --report}. */
final class DemoReport {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * One step.
     *
     * @param step its short name
     * @param ok whether it ended as it must
     * @param wallMillis wall-clock time in milliseconds
     * @param cpuMillis CPU time in milliseconds of the client, the node with its workers, and the devnet together
     * @param detail what was proven, and by whom; or what went wrong
     */
    record Row(String step, boolean ok, long wallMillis, long cpuMillis, String detail) {}

    private final List<Row> rows = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    boolean ok() {
        return rows.stream().allMatch(Row::ok);
    }

    void print(PrintWriter out) {
        var table = new Table("step", "", "wall s", "CPU s", "what was shown, and by whom");
        for (var row : rows) {
            table.row(
                    row.step(),
                    row.ok() ? "ok" : "FAILED",
                    seconds(row.wallMillis()),
                    seconds(row.cpuMillis()),
                    row.detail());
        }
        table.row(
                "all",
                ok() ? "ok" : "FAILED",
                seconds(rows.stream().mapToLong(Row::wallMillis).sum()),
                seconds(rows.stream().mapToLong(Row::cpuMillis).sum()),
                "");
        table.print(out);
    }

    String json() {
        try {
            return JSON.writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("rows of text and numbers", e);
        }
    }

    void write(Path file) {
        try {
            Files.writeString(file, json() + "\n");
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "writing the demo's report to " + file, e);
        }
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f", millis / 1000.0);
    }
}
