package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit deals policy}: which deals are taken, changed while the node runs. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = {
            "Which deals are taken, and at what price. A change counts from the next proposal on and outlasts a restart;",
            "until it is reset it takes precedence over the configuration file. Keys and values are those of [market] there."
        },
        subcommands = {DealPolicyCommand.Show.class, DealPolicyCommand.Set.class, DealPolicyCommand.Reset.class},
        synopsisSubcommandLabel = "COMMAND")
public final class DealPolicyCommand {

    abstract static class Policy extends ApiCommand {
        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "No keys.", "key", "value", "from");
        }
    }

    /** {@code adit deals policy show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Every key with its present value; --json also what it means.")
    public static final class Show extends Policy {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/deals/policy");
        }
    }

    /** {@code adit deals policy set KEY VALUE}. */
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "Change a key; lists are separated by commas. For example:",
                "  adit deals policy set price-per-gib-epoch '0.00000004 FIL'",
                "  adit deals policy set price-rules 'size>=1GiB: 0.00000003 FIL, client=f1abc: 0 FIL'",
                "  adit deals policy set deny-clients f1abc,f0123"
            })
    public static final class Set extends Policy {
        @Parameters(index = "0", paramLabel = "KEY", description = "As 'adit deals policy show' shows it.")
        private String key = "";

        @Parameters(index = "1", paramLabel = "VALUE", description = "As the configuration file would have it.")
        private String value = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/deals/policy/set",
                    JsonNodeFactory.instance.objectNode().put("key", key).put("value", value));
        }
    }

    /** {@code adit deals policy reset KEY}. */
    @Command(
            name = "reset",
            mixinStandardHelpOptions = true,
            description = "Go back to what the configuration file says of a key.")
    public static final class Reset extends Policy {
        @Parameters(index = "0", paramLabel = "KEY", description = "As 'adit deals policy show' shows it.")
        private String key = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/deals/policy/reset",
                    JsonNodeFactory.instance.objectNode().put("key", key));
        }
    }
}
