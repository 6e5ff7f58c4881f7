package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.ops.actor.MinerAccount;
import io.adit.ops.daemon.FullNodes;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit actor}: housekeeping of a miner actor. Works with the node running or not, and without one. */
@Command(
        name = "actor",
        mixinStandardHelpOptions = true,
        description = {
            "Housekeeping of a miner actor: money, keys, addresses.",
            "Every command first shows what the chain would make of it; --dry-run only that."
        },
        subcommands = {
            ActorCommand.Info.class,
            ActorMoneyCommands.New.class,
            ActorMoneyCommands.Withdraw.class,
            ActorMoneyCommands.RepayDebt.class,
            ActorContactCommands.SetPeerId.class,
            ActorContactCommands.SetAddresses.class,
            ActorContactCommands.CompactAllocated.class,
            ActorKeyCommands.Control.class,
            ActorKeyCommands.ProposeWorker.class,
            ActorKeyCommands.ConfirmWorker.class,
            ActorKeyCommands.ProposeBeneficiary.class,
            ActorKeyCommands.ConfirmBeneficiary.class,
            ActorKeyCommands.SetOwner.class,
            ActorMultisigCommands.Pending.class,
            ActorMultisigCommands.Approve.class,
            ActorMultisigCommands.Cancel.class,
            ActorSignerCommands.class,
            ActorSendCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ActorCommand {

    /** {@code adit actor info}. */
    @Command(name = "info", mixinStandardHelpOptions = true, description = "The miner actor as the chain has it.")
    public static final class Info implements Callable<Integer> {
        @Mixin
        private ActorSettings settings = new ActorSettings();

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            var out = Objects.requireNonNull(spec).commandLine().getOut();
            try (var node = settings.connect()) {
                var network = FullNodes.networkOf(node);
                var account = MinerAccount.read(node, settings.miner());
                var facts = account.facts(network);
                facts.putFirst("miner", account.miner().toString(network));
                facts.put("available", account.available().toString());
                facts.put("locked rewards", account.lockedFunds().toString());
                facts.put("pre-commit deposits", account.preCommitDeposits().toString());
                facts.put("initial pledge", account.initialPledge().toString());
                account.workerChangeEpoch().ifPresent(due -> facts.put("worker changes from epoch", due.toString()));
                facts.put("as of epoch", account.epoch().toString());
                if (json) {
                    var answer = JsonNodeFactory.instance.objectNode();
                    facts.forEach((what, value) -> answer.put(ActorReport.key(what), value));
                    out.println(answer);
                } else {
                    var table = new Table("", "");
                    facts.forEach((what, value) -> table.row(ActorReport.capital(what), value));
                    table.print(out);
                }
                out.flush();
                return 0;
            }
        }
    }
}
