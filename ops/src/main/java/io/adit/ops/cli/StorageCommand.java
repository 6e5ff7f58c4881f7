package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit storage}: the paths that hold sectors. */
@Command(
        name = "storage",
        mixinStandardHelpOptions = true,
        description = "The paths that hold sectors.",
        subcommands = {StorageCommand.List.class, StorageCommand.Attach.class},
        synopsisSubcommandLabel = "COMMAND")
public final class StorageCommand {

    /** {@code adit storage list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Every path with its room and use.")
    public static final class List extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/storage");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No storage path is attached.",
                    "id",
                    "path",
                    "seal",
                    "store",
                    "capacity",
                    "available",
                    "reserved",
                    "problem");
        }
    }

    /** {@code adit storage attach PATH}. */
    @Command(
            name = "attach",
            mixinStandardHelpOptions = true,
            description = "Use a folder for sectors (lotus-miner's layout).")
    public static final class Attach extends ApiCommand {
        @Parameters(paramLabel = "PATH", description = "The folder; made when it does not exist.")
        private Path path = Path.of(".");

        @Option(
                names = "--seal",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "Seal here. Default: ${DEFAULT-VALUE}")
        private boolean seal;

        @Option(
                names = "--store",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "Keep sealed sectors here. Default: ${DEFAULT-VALUE}")
        private boolean store;

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/storage",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("path", path.toAbsolutePath().normalize().toString())
                            .put("seal", seal)
                            .put("store", store));
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            out.println("Attached " + text(answer, "path") + " as " + text(answer, "id"));
        }
    }
}
