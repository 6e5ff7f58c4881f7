package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit index}: the index of blocks. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        description = "The index by which blocks are found in pieces.",
        subcommands = {IndexCommand.Stats.class, IndexCommand.Find.class, IndexCommand.Build.class},
        synopsisSubcommandLabel = "COMMAND")
public final class IndexCommand {

    /** {@code adit index stats}. */
    @Command(
            name = "stats",
            mixinStandardHelpOptions = true,
            description = {
                "Pieces whose blocks are found, pieces that are no CARs, pieces not indexed to their end; blocks, and bytes",
                "on disk."
            })
    public static final class Stats extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/index");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
        }
    }

    /** {@code adit index find CID}. */
    @Command(name = "find", mixinStandardHelpOptions = true, description = "The pieces that hold a block, and where.")
    public static final class Find extends ApiCommand {
        @Parameters(index = "0", paramLabel = "CID", description = "The block's CID.")
        private String cid = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/index/find/" + cid);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "No indexed piece holds it.", "piece", "offset", "length");
        }
    }

    /** {@code adit index build PIECE}. */
    @Command(
            name = "build",
            mixinStandardHelpOptions = true,
            description = {
                "Indexes a piece anew from its unsealed copy, or all pieces. Their blocks are not found until that is done;",
                "'adit tasks list' shows what is left."
            })
    public static final class Build extends ApiCommand {
        @Parameters(index = "0", paramLabel = "PIECE", description = "A piece CID, or 'all'.")
        private String piece = "";

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/index/build", JsonNodeFactory.instance.objectNode().put("piece", piece));
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            out.println("Pieces that will be indexed: " + text(answer, "queued"));
        }
    }
}
