package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit tasks}: the durable work the node has in hand. */
@Command(
        name = "tasks",
        mixinStandardHelpOptions = true,
        description = "The durable work that the node has in hand, and why each piece of it waits.",
        subcommands = {TasksCommand.List.class, TasksCommand.Retry.class},
        synopsisSubcommandLabel = "COMMAND")
public final class TasksCommand {

    /** {@code adit tasks list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Everything not done yet.")
    public static final class List extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/tasks");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "Nothing to do.", "kind", "key", "state", "priority", "attempts", "why");
        }
    }

    /** {@code adit tasks retry KIND KEY}. */
    @Command(name = "retry", mixinStandardHelpOptions = true, description = "Run a failed or parked task again now.")
    public static final class Retry extends ApiCommand {
        @Parameters(index = "0", paramLabel = "KIND", description = "The task's kind, as 'adit tasks list' shows it.")
        private String kind = "";

        @Parameters(index = "1", paramLabel = "KEY", description = "Its key, shown beside.")
        private String key = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/tasks/retry",
                    JsonNodeFactory.instance.objectNode().put("kind", kind).put("key", key));
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            out.println(kind + " " + key + " will run again.");
        }
    }
}
