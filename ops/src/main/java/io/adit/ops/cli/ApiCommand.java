package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the running node one question and prints the answer. */
abstract class ApiCommand implements Callable<Integer> {
    @Mixin
    protected NodeDirectory directory = new NodeDirectory();

    @Option(names = "--json", description = "Print the node's answer as JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    /** Asks the node; the answer is what {@code --json} prints. */
    protected abstract JsonNode ask(NodeApi node);

    /** Prints the answer for a person. */
    protected abstract void show(JsonNode answer, PrintWriter out);

    /** The answer, from wherever it comes. */
    protected JsonNode answer() {
        return ask(NodeApi.of(directory.path()));
    }

    @Override
    public Integer call() {
        var answer = answer();
        var out = out();
        if (json) {
            out.println(answer.toPrettyString());
        } else {
            show(answer, out);
        }
        out.flush();
        return 0;
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    /** For a person, beside what the command answers. */
    protected PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }

    /** A field as text, or a dash when the node left it out. */
    protected static String text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isMissingNode() || value.isNull() ? "-" : value.asText();
    }

    /** A table of an array's rows with the named fields as columns. */
    protected static void table(PrintWriter out, JsonNode rows, String whenEmpty, String... fields) {
        if (rows.isEmpty()) {
            out.println(whenEmpty);
            return;
        }
        var headings = new String[fields.length];
        for (int i = 0; i < fields.length; i++) {
            headings[i] = Labels.of(fields[i]);
        }
        var table = new Table(headings);
        for (var row : rows) {
            var cells = new String[fields.length];
            for (int i = 0; i < fields.length; i++) {
                cells[i] = text(row, fields[i]);
            }
            table.row(cells);
        }
        table.print(out);
    }

    /** One line per field of an object. */
    protected static void fields(PrintWriter out, JsonNode object) {
        var table = new Table("", "");
        object.properties().forEach(field -> {
            var value = field.getValue();
            if (!value.isContainerNode() && !value.isNull()) {
                table.row(Labels.of(field.getKey()), value.asText());
            }
        });
        table.print(out);
    }
}
