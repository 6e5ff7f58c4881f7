package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code adit ipni}: what network indexers are told. */
@Command(
        name = "ipni",
        mixinStandardHelpOptions = true,
        description = "What network indexers (IPNI) are told of the data that can be fetched here.",
        subcommands = {IpniCommand.Status.class, IpniCommand.Publish.class},
        synopsisSubcommandLabel = "COMMAND")
public final class IpniCommand {

    private static void print(JsonNode answer, PrintWriter out) {
        ApiCommand.fields(out, answer);
        out.println();
        ApiCommand.table(
                out, answer.path("indexers"), "no indexers are told", "indexer", "toldAt", "upToDate", "problem");
    }

    /** {@code adit ipni status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = {
                "The chain of advertisements: its head and length, pieces advertised, the newest one that was asked for,",
                "and how far each indexer is."
            })
    public static final class Status extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/ipni");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            print(answer, out);
        }
    }

    /** {@code adit ipni publish}. */
    @Command(
            name = "publish",
            mixinStandardHelpOptions = true,
            description = {
                "Looks at once for what is new or gone, which otherwise happens every minute, and tells the indexers of the",
                "newest advertisement again."
            })
    public static final class Publish extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post("/api/v1/ipni/publish", JsonNodeFactory.instance.objectNode());
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            print(answer, out);
        }
    }
}
