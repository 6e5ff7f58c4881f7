package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.core.fil.SectorSize;
import io.adit.ops.OpsError;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.ParameterStore;
import io.adit.proofs.TenthsPrinter;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit params}: the Groth16 parameters that a development chain's proofs need. */
@Command(
        name = "params",
        mixinStandardHelpOptions = true,
        description = {
            "Make the proof parameters of a development chain, once; they are kept.",
            "They are worth nothing elsewhere: a real network's come from its ceremony and can only be downloaded.",
            "About 70 seconds on two cores for 8MiB, 20 for 2KiB."
        })
public final class ParamsCommand implements Callable<Integer> {
    @Option(
            names = "--sector-size",
            converter = SectorSizeConverter.class,
            defaultValue = "8MiB",
            description = "2KiB, 8MiB or 512MiB. Default: ${DEFAULT-VALUE}")
    private SectorSize sectorSize = SectorSize.MIB_8;

    @Option(names = "--params", paramLabel = "DIR", description = "Where. Default: ~/.cache/adit/params")
    private @Nullable Path directory;

    @Option(names = "--json", description = "Print where they are as JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var line = Objects.requireNonNull(spec).commandLine();
        var store = new ParameterStore(directory == null ? ParameterStore.defaultDirectory() : directory);
        make(store, sectorSize, line.getErr());
        line.getOut()
                .println(
                        json
                                ? JsonNodeFactory.instance
                                        .objectNode()
                                        .put("directory", store.directory().toString())
                                        .toString()
                                : "Parameters for sectors of " + sectorSize + " are in " + store.directory());
        line.getOut().flush();
        return 0;
    }

    /** Makes what is not there yet, and shows how far it is. */
    public static void make(ParameterStore store, SectorSize size, PrintWriter out) {
        if (store.isComplete(size)) {
            return;
        }
        var program = NativeLibrary.locate()
                .parameterProgram()
                .orElseThrow(
                        () -> new AditException(
                                OpsError.LOCAL_FILE,
                                "making proof parameters: the program adit-params is not beside the proof library; run ./adit build"));
        var title = "Proof parameters " + size;
        if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isEmpty()) {
            store.ensure(size, program, new TenthsPrinter(title, line -> {
                out.println(line);
                out.flush();
            }));
            return;
        }
        try (var bar = new ParameterBar(title)) {
            store.ensure(size, program, bar);
        }
    }
}
