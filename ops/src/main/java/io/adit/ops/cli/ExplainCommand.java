package io.adit.ops.cli;

import io.adit.core.error.ErrorCode;
import io.adit.ops.ErrorCatalogue;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit explain CODE}: the long form of an error. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "What an error code means and what to do about it; without a code, all of them.")
public final class ExplainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CODE", arity = "0..1", description = "As printed in brackets with the error.")
    private @Nullable String code;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var wanted = code;
        if (wanted == null) {
            var table = new Table("code", "kind");
            ErrorCatalogue.all().forEach(known -> table.row(known.name(), kind(known)));
            table.print(out);
            return 0;
        }
        var found = ErrorCatalogue.all().stream()
                .filter(known -> known.name().equalsIgnoreCase(wanted))
                .findFirst();
        if (found.isEmpty()) {
            out.println("No such code: " + wanted + ". 'adit explain' lists them all.");
            out.flush();
            return 1;
        }
        out.println(found.get().name() + " (" + kind(found.get()) + ")");
        out.println();
        out.println(found.get().explanation());
        out.flush();
        return 0;
    }

    private static String kind(ErrorCode code) {
        return code.kind().name().toLowerCase(Locale.ROOT);
    }
}
