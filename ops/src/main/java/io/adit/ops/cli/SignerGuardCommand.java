package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.signer.SignerServer;
import io.adit.core.fil.Address;
import io.adit.ops.api.GuardDesk;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit signer guard}: taking the slash guard of a stopped signer over from another one. */
@Command(
        name = "guard",
        mixinStandardHelpOptions = true,
        description =
                "The slash guards of a signer that is stopped: taking them over from another signer, or giving them to"
                        + " one. Not in the signer's protocol, so that no node can do it.",
        footer = {"", "How they stand while it runs: adit signer status. docs/slash-guard.md tells when."},
        subcommands = {
            SignerGuardCommand.AcceptEpoch.class,
            SignerGuardCommand.Import.class,
            SignerGuardCommand.Export.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class SignerGuardCommand {

    abstract static class Action extends SignerCommand.InDirectory {
        private final String what;

        @Parameters(index = "0", paramLabel = "MINER", description = "Whose guard, by ID address.")
        private String miner = "";

        Action(String what) {
            this.what = what;
        }

        /** What the guard is told. */
        abstract ObjectNode body();

        @Override
        public Integer call() {
            var policy = policy();
            try (var guard = SignerServer.openGuard(
                    policy, Address.parse(miner), InstantSource.system(), new SimpleMeterRegistry())) {
                var answer = GuardDesk.change(guard, what, body());
                if (json) {
                    out().println(answer);
                } else {
                    answer.properties()
                            .forEach(field -> out().println("  %-10s %s"
                                    .formatted(field.getKey(), field.getValue().asText())));
                }
                out().flush();
            }
            return 0;
        }

        static ObjectNode object() {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /** {@code adit signer guard accept-epoch MINER N}. */
    @Command(
            name = "accept-epoch",
            mixinStandardHelpOptions = true,
            description =
                    "State that up to this epoch other programs may have signed blocks for the miner, that none runs"
                            + " any more, and that there is no protection file. 0 for a miner that never signed one.")
    public static final class AcceptEpoch extends Action {
        @Parameters(
                index = "1",
                paramLabel = "EPOCH",
                description = "The last epoch at which anything else may have signed.")
        private long epoch;

        AcceptEpoch() {
            super("accept-epoch");
        }

        @Override
        ObjectNode body() {
            return object().put("epoch", epoch);
        }
    }

    /** {@code adit signer guard import MINER FILE}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Take in the protection file that the last signer exported after it was stopped.")
    public static final class Import extends Action {
        @Parameters(index = "1", paramLabel = "FILE", description = "The protection file.")
        private Path file = Path.of("");

        Import() {
            super("import");
        }

        @Override
        ObjectNode body() {
            return object().put("path", file.toAbsolutePath().toString());
        }
    }

    /** {@code adit signer guard export MINER FILE}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write the protection file for the next signer.")
    public static final class Export extends Action {
        @Parameters(index = "1", paramLabel = "FILE", description = "Where to write it; must not be there yet.")
        private Path file = Path.of("");

        @Option(names = "--minimal", description = "Only the highest signed epoch, not the blocks.")
        private boolean minimal;

        Export() {
            super("export");
        }

        @Override
        ObjectNode body() {
            return object().put("path", file.toAbsolutePath().toString()).put("minimal", minimal);
        }
    }
}
