package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code adit mining}: the blocks that were won, and what became of them. */
@Command(
        name = "mining",
        mixinStandardHelpOptions = true,
        description = "The blocks that were won, and what became of them.",
        subcommands = {MiningCommand.Status.class, MiningCommand.History.class},
        synopsisSubcommandLabel = "COMMAND")
public final class MiningCommand {

    /** {@code adit mining status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Whether blocks are made, or why not; the last round; blocks won, included, orphaned.")
    public static final class Status extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/mining");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
        }
    }

    /** {@code adit mining history}. */
    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "The rounds that were won, newest first, with the time that each step took.")
    public static final class History extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/mining/blocks");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No rounds won yet.",
                    "epoch",
                    "wins",
                    "nullRounds",
                    "fate",
                    "messages",
                    "baseInfoMillis",
                    "proofMillis",
                    "createMillis",
                    "signMillis",
                    "submitMillis",
                    "note");
        }
    }
}
