package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.fil.Address;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.SignerChanges;
import io.adit.ops.daemon.FullNodes;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit actor signers}: who signs for the multisig that owns the miner. */
@Command(
        name = "signers",
        mixinStandardHelpOptions = true,
        description = {
            "Who signs for the multisig that owns the miner, and how many must.",
            "Changes are proposed at the multisig itself (--propose-as) and approved by other signers ('adit actor approve')."
        },
        subcommands = {
            ActorSignerCommands.Show.class,
            ActorSignerCommands.Add.class,
            ActorSignerCommands.Remove.class,
            ActorSignerCommands.Swap.class,
            ActorSignerCommands.Threshold.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class ActorSignerCommands {

    /** {@code adit actor signers list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "The signers as the chain has them.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private ActorSettings settings = new ActorSettings();

        @Mixin
        private ActorMultisigCommands.Which which = new ActorMultisigCommands.Which();

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            try (var node = settings.connect()) {
                var network = FullNodes.networkOf(node);
                var multisig = which.address(node, settings);
                var now = new SignerChanges(node, multisig, network).now();
                var out = Objects.requireNonNull(spec).commandLine().getOut();
                if (json) {
                    var answer = JsonNodeFactory.instance
                            .objectNode()
                            .put("multisig", multisig.toString(network))
                            .put("approvalsNeeded", now.threshold());
                    var list = answer.putArray("signers");
                    now.signers().forEach(signer -> list.add(signer.toString(network)));
                    out.println(answer);
                } else {
                    out.println("%d of these signers of %s must approve:"
                            .formatted(now.threshold(), multisig.toString(network)));
                    now.signers().forEach(signer -> out.println("  " + signer.toString(network)));
                }
                out.flush();
                return 0;
            }
        }
    }

    /** A change that the multisig makes of itself. */
    abstract static class Change extends ActorChangeCommand {
        @Mixin
        private ActorMultisigCommands.Which which = new ActorMultisigCommands.Which();

        abstract ActorChange change(SignerChanges changes);

        @Override
        protected final ActorChange change(Context context) {
            return change(new SignerChanges(
                    context.node(), which.address(context.node(), context.settings()), context.network()));
        }
    }

    /** {@code adit actor signers add}. */
    @Command(name = "add", mixinStandardHelpOptions = true, description = "One signer more.")
    static final class Add extends Change {
        @Parameters(paramLabel = "ADDRESS", description = "The new signer.")
        private String signer = "";

        @Option(names = "--increase-threshold", description = "One approval more is needed as well.")
        private boolean increase;

        @Override
        ActorChange change(SignerChanges changes) {
            return changes.add(Address.parse(signer), increase);
        }
    }

    /** {@code adit actor signers remove}. */
    @Command(name = "remove", mixinStandardHelpOptions = true, description = "One signer less.")
    static final class Remove extends Change {
        @Parameters(paramLabel = "ADDRESS", description = "The signer who goes.")
        private String signer = "";

        @Option(names = "--decrease-threshold", description = "One approval less is needed as well.")
        private boolean decrease;

        @Override
        ActorChange change(SignerChanges changes) {
            return changes.remove(Address.parse(signer), decrease);
        }
    }

    /** {@code adit actor signers swap}. */
    @Command(name = "swap", mixinStandardHelpOptions = true, description = "One signer in another's place.")
    static final class Swap extends Change {
        @Parameters(index = "0", paramLabel = "OLD", description = "The signer who goes.")
        private String from = "";

        @Parameters(index = "1", paramLabel = "NEW", description = "The signer who comes.")
        private String to = "";

        @Override
        ActorChange change(SignerChanges changes) {
            return changes.swap(Address.parse(from), Address.parse(to));
        }
    }

    /** {@code adit actor signers threshold}. */
    @Command(name = "threshold", mixinStandardHelpOptions = true, description = "How many signers must approve.")
    static final class Threshold extends Change {
        @Parameters(paramLabel = "COUNT", description = "From 1 to the number of signers.")
        private long approvals;

        @Override
        ActorChange change(SignerChanges changes) {
            return changes.threshold(approvals);
        }
    }
}
