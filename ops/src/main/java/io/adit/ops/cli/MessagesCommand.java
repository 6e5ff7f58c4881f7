package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit messages}: what the node sends to the chain. */
@Command(
        name = "messages",
        mixinStandardHelpOptions = true,
        description = "What the node sends to the chain, and why each message waits.",
        subcommands = {
            MessagesCommand.List.class,
            MessagesCommand.Show.class,
            MessagesCommand.Lanes.class,
            MessagesCommand.Replace.class,
            MessagesCommand.Cancel.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class MessagesCommand {

    /** {@code adit messages list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Every message with its state; one that is not executed says why.")
    public static final class List extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/messages");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "No messages yet.", "key", "lane", "from", "nonce", "state", "exitCode", "cid", "why");
        }
    }

    /** {@code adit messages show KEY|CID}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "One message with everything that was signed for it.")
    public static final class Show extends ApiCommand {
        @Parameters(index = "0", paramLabel = "KEY|CID", description = "Its key, or the CID of anything signed for it.")
        private String which = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/messages/show",
                    JsonNodeFactory.instance.objectNode().put("which", which));
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            showMessage(answer, out);
        }
    }

    /** {@code adit messages lanes}. */
    @Command(
            name = "lanes",
            mixinStandardHelpOptions = true,
            description = "What each lane spent today, and how long the sending addresses last.")
    public static final class Lanes extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/messages/lanes");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer.path("lanes"), "No lanes.", "lane", "spentToday", "maxFeePerDay");
            out.println();
            table(
                    out,
                    answer.path("senders"),
                    "No address sends.",
                    "from",
                    "balance",
                    "locked",
                    "perDay",
                    "daysLeft",
                    "lanes");
        }
    }

    /** {@code adit messages replace KEY}. */
    @Command(
            name = "replace",
            mixinStandardHelpOptions = true,
            description = {
                "Put a dearer message in the place of one that waits in the pool. What is not given is chosen as for a"
                        + " message that is stuck."
            })
    public static final class Replace extends ApiCommand {
        @Parameters(
                index = "0",
                paramLabel = "KEY",
                description = "The message's key, as 'adit messages list' shows it.")
        private String key = "";

        @Option(names = "--premium", paramLabel = "ATTOFIL", description = "Premium per gas unit.")
        private String premium = "";

        @Option(names = "--fee-cap", paramLabel = "ATTOFIL", description = "Fee cap per gas unit.")
        private String feeCap = "";

        @Option(names = "--max-fee", paramLabel = "FIL", description = "The most that its gas may cost, from now on.")
        private String maxFee = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/messages/replace",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("key", key)
                            .put("premium", premium)
                            .put("feeCap", feeCap)
                            .put("maxFee", maxFee));
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            showMessage(answer, out);
        }
    }

    /** {@code adit messages cancel KEY}. */
    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = {
                "Give a message up: an unsigned one is dropped; the nonce of a signed one is used for nothing, unless it"
                        + " is executed before."
            })
    public static final class Cancel extends ApiCommand {
        @Parameters(
                index = "0",
                paramLabel = "KEY",
                description = "The message's key, as 'adit messages list' shows it.")
        private String key = "";

        @Option(
                names = "--really-do-it",
                description = "Also window proofs, declarations and prove-commits, which costs power or a deposit.")
        private boolean reallyDoIt;

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/messages/cancel",
                    JsonNodeFactory.instance.objectNode().put("key", key).put("reallyDoIt", reallyDoIt));
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            showMessage(answer, out);
        }
    }

    private static void showMessage(JsonNode message, PrintWriter out) {
        ApiCommand.fields(out, message);
        out.println();
        ApiCommand.table(
                out,
                message.path("signed"),
                "Nothing is signed for it.",
                "number",
                "purpose",
                "signedAtEpoch",
                "inAPool",
                "gasLimit",
                "feeCap",
                "premium",
                "cid");
    }
}
