package io.adit.ops.demo;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.SignatureType;
import io.adit.ops.OpsError;
import io.adit.ops.cli.ParamsCommand;
import io.adit.ops.cli.SectorSizeConverter;
import io.adit.proofs.ParameterStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit demo}: the whole life of a deal on this machine, with real proofs. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "The whole life of a deal on this machine: a picture is packed, paid for, sealed, proven and fetched back.",
            "Everything is real but the chain, which is a devnet in a process of its own."
        })
public final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--file",
            paramLabel = "PATH",
            description = "Store this file instead of the picture that is painted.")
    private @Nullable Path file;

    @Option(
            names = "--sector-size",
            converter = SectorSizeConverter.class,
            defaultValue = "8MiB",
            description = "2KiB or 8MiB. Default: ${DEFAULT-VALUE}")
    private SectorSize sectorSize = SectorSize.MIB_8;

    @Option(
            names = "--client-key",
            paramLabel = "TYPE",
            defaultValue = "SECP256K1",
            description = "The kind of key that signs the deal: secp256k1 or bls. Default: ${DEFAULT-VALUE}")
    private SignatureType clientKey = SignatureType.SECP256K1;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the table as JSON as well.")
    private @Nullable Path report;

    @Option(names = "--json", description = "Print the table as JSON; what happens meanwhile goes to standard error.")
    private boolean json;

    @Option(names = "--keep", description = "Keep the demo's folder; it is named at the end.")
    private boolean keep;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var line = Objects.requireNonNull(spec).commandLine();
        var out = json ? line.getErr() : line.getOut();
        if (sectorSize != SectorSize.KIB_2 && sectorSize != SectorSize.MIB_8) {
            throw new AditException(OpsError.NODE_REFUSED, "the demo seals sectors of 2KiB or 8MiB, not " + sectorSize);
        }
        if (clientKey == SignatureType.DELEGATED) {
            throw new AditException(OpsError.NODE_REFUSED, "a client's deal is signed by a secp256k1 or a BLS key");
        }
        requireWritable(report);
        var parameters = new ParameterStore(ParameterStore.defaultDirectory());
        var folder = Files.createTempDirectory("adit-demo-");
        var table = new DemoReport();
        var wishes = new Journey.Wishes(Optional.ofNullable(file), sectorSize, clientKey);
        var ok = false;
        try (var household = new Household(new Household.Setup(
                        folder,
                        System.getProperty("adit.node.classpath", System.getProperty("java.class.path")),
                        devnetClassPath(),
                        sectorSize,
                        Duration.ofMillis(200),
                        Duration.ofMinutes(2),
                        parameters.directory()));
                var cpu = new CpuMeter()) {
            ok = hasParameters(parameters, table, cpu, line)
                    && new Journey(household, table, out, folder, wishes, cpu).run();
        }
        if (json) {
            line.getOut().println(table.json());
            line.getOut().flush();
        } else {
            out.println();
            table.print(out);
        }
        if (report != null) {
            table.write(report);
        }
        if (ok && !keep) {
            deleteTree(folder);
        } else {
            out.println("Everything of this run, logs included, is in " + folder);
        }
        out.flush();
        return ok ? 0 : 1;
    }

    /** Minutes later nobody wants to learn that the report cannot be written. */
    private static void requireWritable(@Nullable Path report) {
        if (report == null) {
            return;
        }
        var parent = Objects.requireNonNullElse(report.toAbsolutePath().getParent(), report.toAbsolutePath());
        String why = !Files.isDirectory(parent)
                ? "there is no folder " + parent
                : Files.isDirectory(report)
                        ? "it is a folder"
                        : Files.isWritable(Files.exists(report) ? report : parent) ? "" : "it may not be written";
        if (!why.isEmpty()) {
            throw new AditException(
                    OpsError.NODE_REFUSED,
                    "nothing was begun: the report cannot be written to " + report + ": " + why
                            + "; name a file in a folder that exists");
        }
    }

    /** Makes the parameters that are missing; a failure is a row of the table, as that of any step. */
    private boolean hasParameters(ParameterStore parameters, DemoReport table, CpuMeter cpu, CommandLine line) {
        long start = System.nanoTime();
        var before = cpu.read();
        try {
            ParamsCommand.make(parameters, sectorSize, line.getErr());
            return true;
        } catch (AditException e) {
            var detail = String.valueOf(e.getMessage());
            table.add(new DemoReport.Row(
                    "proof parameters",
                    false,
                    (System.nanoTime() - start) / 1_000_000,
                    cpu.read().minus(before).toMillis(),
                    detail));
            line(json ? line.getErr() : line.getOut(), "FAILED  proof parameters: " + detail);
            return false;
        }
    }

    /** The devnet is never on this process's class path; the launcher says where it is. */
    private static String devnetClassPath() {
        var given = System.getProperty("adit.devnet.classpath");
        if (given != null) {
            return given;
        }
        var home = System.getenv("ADIT_HOME");
        if (home == null) {
            throw new AditException(OpsError.NODE_REFUSED, "the demo is started by the launcher: ./adit demo");
        }
        return Path.of(home, "devnet", "*").toString();
    }

    private static void deleteTree(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    static void line(PrintWriter out, String text) {
        out.println(text);
        out.flush();
    }
}
