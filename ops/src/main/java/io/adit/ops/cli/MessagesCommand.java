package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code adit messages}: what the node has sent to the chain. */
@Command(
        name = "messages",
        mixinStandardHelpOptions = true,
        description = "What the node has sent to the chain.",
        subcommands = MessagesCommand.List.class,
        synopsisSubcommandLabel = "COMMAND")
public final class MessagesCommand {

    /** {@code adit messages list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Every message with its state.")
    public static final class List extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/messages");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "No messages yet.", "key", "from", "nonce", "state", "exitCode", "cid");
        }
    }
}
