package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import io.adit.ops.api.GuardDesk;
import io.adit.ops.daemon.GuardRoom;
import io.adit.ops.daemon.NodeHome;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit slash-guard}: what may be signed, and taking the guard over from another signer. */
@Command(
        name = "slash-guard",
        mixinStandardHelpOptions = true,
        description =
                "What keeps the miner from signing two blocks that clash, and taking it over from another signer.",
        footer = {"", "Works with the node running and, but for begin, without it. docs/slash-guard.md tells when."},
        subcommands = {
            SlashGuardCommand.Status.class,
            SlashGuardCommand.Begin.class,
            SlashGuardCommand.AcceptEpoch.class,
            SlashGuardCommand.Import.class,
            SlashGuardCommand.Export.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class SlashGuardCommand {

    /** Asks the running node; where there is none, opens the guard itself, which keeps a node from starting meanwhile. */
    abstract static class Action extends ApiCommand {
        private final String what;

        Action(String what) {
            this.what = what;
        }

        /** What the guard is told. */
        ObjectNode body() {
            return JsonNodeFactory.instance.objectNode();
        }

        @Override
        protected JsonNode answer() {
            try {
                return super.answer();
            } catch (AditException e) {
                if (e.code() != OpsError.NODE_NOT_RUNNING || !isPossibleOffline()) {
                    throw e;
                }
            }
            return GuardRoom.offline(
                    new NodeHome(directory.path()),
                    System.getenv(),
                    endsDoubt(),
                    guard -> what.isEmpty()
                            ? GuardDesk.describe(guard.status())
                            : GuardDesk.change(guard, what, body()));
        }

        boolean isPossibleOffline() {
            return true;
        }

        /** Whether it is the operator's word on what was signed. */
        boolean endsDoubt() {
            return false;
        }

        @Override
        protected JsonNode ask(NodeApi node) {
            return what.isEmpty() ? node.get("/api/v1/slash-guard") : node.post("/api/v1/slash-guard/" + what, body());
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
        }
    }

    /** {@code adit slash-guard status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Whether blocks may be signed, the highest signed epoch, and what is not known.")
    public static final class Status extends Action {
        Status() {
            super("");
        }
    }

    /** {@code adit slash-guard begin}. */
    @Command(
            name = "begin",
            mixinStandardHelpOptions = true,
            description = "Begin the guard of a miner that has never signed a block with any program. Refused where the"
                    + " chain or the guard's anchor knows one.")
    public static final class Begin extends Action {
        Begin() {
            super("begin");
        }

        /** The chain must be looked at for blocks of the miner, which the node does at its start. */
        @Override
        boolean isPossibleOffline() {
            return false;
        }
    }

    /** {@code adit slash-guard accept-epoch N}. */
    @Command(
            name = "accept-epoch",
            mixinStandardHelpOptions = true,
            description =
                    "State that up to this epoch other programs may have signed blocks for the miner, that none runs"
                            + " any more, and that there is no protection file.")
    public static final class AcceptEpoch extends Action {
        @Parameters(paramLabel = "EPOCH", description = "The last epoch at which anything else may have signed.")
        private long epoch;

        AcceptEpoch() {
            super("accept-epoch");
        }

        @Override
        boolean endsDoubt() {
            return true;
        }

        @Override
        ObjectNode body() {
            return super.body().put("epoch", epoch);
        }
    }

    /** {@code adit slash-guard import FILE}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Take in the protection file that the last signer exported after it was stopped.")
    public static final class Import extends Action {
        @Parameters(paramLabel = "FILE", description = "The protection file.")
        private Path file = Path.of("");

        Import() {
            super("import");
        }

        @Override
        boolean endsDoubt() {
            return true;
        }

        @Override
        ObjectNode body() {
            return super.body().put("path", file.toAbsolutePath().toString());
        }
    }

    /** {@code adit slash-guard export FILE}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description =
                    "Write the protection file for the next signer. Stop the node first: what it signs afterwards is"
                            + " not in the file.")
    public static final class Export extends Action {
        @Parameters(paramLabel = "FILE", description = "Where to write it; must not be there yet.")
        private Path file = Path.of("");

        @Option(names = "--minimal", description = "Only the highest signed epoch, not the blocks.")
        private boolean minimal;

        Export() {
            super("export");
        }

        @Override
        ObjectNode body() {
            return super.body().put("path", file.toAbsolutePath().toString()).put("minimal", minimal);
        }
    }
}
