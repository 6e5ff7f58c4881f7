package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit deals}: storage deals and how far each has come. */
@Command(
        name = "deals",
        mixinStandardHelpOptions = true,
        description = "Storage deals and how far each has come.",
        subcommands = {DealsCommand.List.class, DealsCommand.Import.class, DealPolicyCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class DealsCommand {

    /** {@code adit deals list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Every deal, one a line.")
    public static final class List extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/deals");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No deals yet.",
                    "uuid",
                    "client",
                    "checkpoint",
                    "pieceCid",
                    "pieceSize",
                    "chainDealId",
                    "sector",
                    "error");
        }
    }

    /** {@code adit deals import UUID FILE}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Bring the data of an offline deal. The file is copied and hashed; only data with the deal's piece CID is",
                "kept. The command ends when the copy is on disk; the deal then goes on by itself."
            })
    public static final class Import extends ApiCommand {
        /** A 64 GiB piece from a slow disk. */
        private static final Duration PATIENCE = Duration.ofHours(12);

        @Parameters(index = "0", paramLabel = "UUID", description = "The deal, as 'adit deals list' shows it.")
        private UUID deal = new UUID(0, 0);

        @Parameters(index = "1", paramLabel = "FILE", description = "The CAR, on the machine of the node.")
        private Path file = Path.of("");

        @Override
        protected JsonNode ask(NodeApi node) {
            var body = JsonNodeFactory.instance
                    .objectNode()
                    .put("deal", deal.toString())
                    .put("file", file.toAbsolutePath().toString());
            return node.post("/api/v1/deals/import", body, PATIENCE);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
        }
    }
}
