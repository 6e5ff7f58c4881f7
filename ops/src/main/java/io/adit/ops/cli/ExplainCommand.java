package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.ErrorCode;
import io.adit.ops.ErrorCatalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit explain}: how to pay a miner to keep a file, or the long form of an error. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "'adit explain mars.jpg': I want the network to keep a picture; how do I pay a miner to host it?",
            "'adit explain CODE': what an error code means and what to do about it; without a code, all of them."
        })
public final class ExplainCommand implements Callable<Integer> {
    /** The question that the whole program answers. */
    private static final String QUESTION = "mars.jpg";

    @Parameters(paramLabel = "CODE", arity = "0..1", description = "As printed in brackets with the error.")
    private @Nullable String code;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        int exit = Optional.ofNullable(code).map(wanted -> one(wanted, out)).orElseGet(() -> all(out));
        out.flush();
        return exit;
    }

    private int all(PrintWriter out) {
        if (json) {
            var rows = JsonNodeFactory.instance.arrayNode();
            ErrorCatalogue.all().forEach(known -> rows.add(describe(known)));
            out.println(rows.toPrettyString());
            return 0;
        }
        out.println("adit explain " + QUESTION + "   how to pay a miner to keep a file");
        out.println();
        var table = new Table("code", "kind");
        ErrorCatalogue.all().forEach(known -> table.row(known.name(), kind(known)));
        table.print(out);
        return 0;
    }

    private int one(String wanted, PrintWriter out) {
        if (wanted.equalsIgnoreCase(QUESTION)) {
            out.println(
                    json
                            ? JsonNodeFactory.instance
                                    .objectNode()
                                    .put("topic", QUESTION)
                                    .put("text", answer())
                                    .toPrettyString()
                            : answer());
            return 0;
        }
        var found = ErrorCatalogue.all().stream()
                .filter(known -> known.name().equalsIgnoreCase(wanted))
                .findFirst();
        if (found.isEmpty()) {
            Objects.requireNonNull(spec)
                    .commandLine()
                    .getErr()
                    .println("adit: no such code: " + wanted + ". 'adit explain' lists them all.");
            return 1;
        }
        if (json) {
            out.println(describe(found.get()).toPrettyString());
            return 0;
        }
        out.println(found.get().name() + " (" + kind(found.get()) + ")");
        out.println();
        out.println(found.get().explanation());
        return 0;
    }

    private static String answer() {
        try (var text = ExplainCommand.class.getResourceAsStream("mars.txt")) {
            return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException("reading a file of this program's own", e);
        }
    }

    private static ObjectNode describe(ErrorCode known) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("code", known.name())
                .put("kind", kind(known))
                .put("explanation", known.explanation());
    }

    private static String kind(ErrorCode code) {
        return code.kind().name().toLowerCase(Locale.ROOT);
    }
}
