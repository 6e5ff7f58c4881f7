package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.ops.DealName;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit deals}: storage deals and how far each has come. */
@Command(
        name = "deals",
        mixinStandardHelpOptions = true,
        description = "Storage deals and how far each has come.",
        subcommands = {
            DealsCommand.List.class,
            DealsCommand.Show.class,
            DealImportCommand.class,
            DealPolicyCommand.class
        },
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
                    "deal",
                    "client",
                    "status",
                    "checkpoint",
                    "pieceCid",
                    "pieceSize",
                    "chainDealId",
                    "sector",
                    "waitsFor",
                    "endedBecause",
                    "error");
        }
    }

    /** {@code adit deals show DEAL}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "One deal: where it is, what it waits for, and what became of it and of its notifications on the chain.")
    public static final class Show extends ApiCommand {
        @Parameters(paramLabel = "DEAL", description = "Its UUID or, for a direct deal, its ULID.")
        private DealName deal = DealNameConverter.NONE;

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/deals/one/" + deal);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
        }
    }
}
