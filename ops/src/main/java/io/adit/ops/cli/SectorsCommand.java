package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit sectors}: the sectors of this miner and how far each has come. */
@Command(
        name = "sectors",
        mixinStandardHelpOptions = true,
        description = "The miner's sectors and how far each has come.",
        subcommands = {SectorsCommand.List.class, SectorsCommand.Status.class, SectorsCommand.Pledge.class},
        synopsisSubcommandLabel = "COMMAND")
public final class SectorsCommand {

    /** {@code adit sectors list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Every sector, one a line.")
    public static final class List extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/sectors");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No sectors yet.",
                    "number",
                    "state",
                    "pieces",
                    "deals",
                    "activation",
                    "expiration",
                    "why");
        }
    }

    /** {@code adit sectors status N}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "One sector: pieces, messages, proofs, why it waits.")
    public static final class Status extends ApiCommand {
        @Parameters(paramLabel = "N", description = "The sector's number.")
        private long number;

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/sectors/" + number);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
            out.println();
            table(out, answer.path("pieceList"), "No pieces.", "pieceCid", "size", "deal");
            out.println();
            table(
                    out,
                    answer.path("tasks"),
                    "Nothing is waiting or running for this sector.",
                    "kind",
                    "state",
                    "attempts",
                    "why");
        }
    }

    /** {@code adit sectors pledge}: seals a sector without deals. */
    @Command(
            name = "pledge",
            mixinStandardHelpOptions = true,
            description = "Seal one sector of committed capacity (no deals).")
    public static final class Pledge extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post("/api/v1/sectors/pledge", JsonNodeFactory.instance.objectNode());
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            out.println("Sector " + text(answer, "number") + " will be sealed.");
        }
    }
}
