package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code adit info}: the node at a glance. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "The node at a glance: miner, chain, power, sectors, deals.")
public final class InfoCommand extends ApiCommand {
    @Override
    protected JsonNode ask(NodeApi node) {
        return node.get("/api/v1/info");
    }

    @Override
    protected void show(JsonNode answer, PrintWriter out) {
        fields(out, answer);
    }
}
