package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code adit proving}: what must be proven when, and whether it was. */
@Command(
        name = "proving",
        mixinStandardHelpOptions = true,
        description = "What must be proven when, and whether it was.",
        subcommands = {ProvingCommand.Info.class, ProvingCommand.Deadlines.class, ProvingCommand.Faults.class},
        synopsisSubcommandLabel = "COMMAND")
public final class ProvingCommand {

    /** {@code adit proving info}. */
    @Command(
            name = "info",
            mixinStandardHelpOptions = true,
            description = "The current deadline, faults and recoveries.")
    public static final class Info extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
        }
    }

    /** {@code adit proving deadlines}. */
    @Command(name = "deadlines", mixinStandardHelpOptions = true, description = "Every deadline that has sectors.")
    public static final class Deadlines extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving/deadlines");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No deadline has sectors yet.",
                    "deadline",
                    "opens",
                    "closes",
                    "partitions",
                    "sectors",
                    "faults",
                    "proven",
                    "current");
        }
    }

    /** {@code adit proving faults}. */
    @Command(name = "faults", mixinStandardHelpOptions = true, description = "Sectors that the chain counts as faulty.")
    public static final class Faults extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving/faults");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "No faults.", "sector", "deadline", "partition", "recovering");
        }
    }
}
