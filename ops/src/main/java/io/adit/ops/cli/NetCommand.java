package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code adit net}: how the node is reached by libp2p. */
@Command(
        name = "net",
        mixinStandardHelpOptions = true,
        description = {
            "How deal clients reach the node: whether it can be dialled, its addresses and those on the chain,",
            "slots at relays, and what to do where the chain says something else."
        })
public final class NetCommand extends ApiCommand {
    @Override
    protected JsonNode ask(NodeApi node) {
        return node.get("/api/v1/net");
    }

    @Override
    protected void show(JsonNode answer, PrintWriter out) {
        fields(out, answer);
        list(out, "addresses", answer.path("addresses"));
        list(out, "on the chain", answer.path("addressesOnChain"));
        out.println();
        table(out, answer.path("slots"), "no slots at relays", "relay", "until", "limitBytes", "limitSeconds");
    }

    private static void list(PrintWriter out, String heading, JsonNode addresses) {
        out.println();
        out.println(heading + (addresses.isEmpty() ? ": none" : ":"));
        addresses.forEach(address -> out.println("  " + address.asText()));
    }
}
