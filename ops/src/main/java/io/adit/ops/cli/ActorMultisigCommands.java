package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.node.FullNode;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.Approval;
import io.adit.ops.actor.MinerAccount;
import io.adit.ops.daemon.FullNodes;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands of {@code adit actor} for a multisig that owns the miner: what waits for its signers, and what they say to it. */
final class ActorMultisigCommands {
    private ActorMultisigCommands() {}

    /** Which multisig. */
    static final class Which {
        @Option(names = "--multisig", paramLabel = "ADDRESS", description = "The multisig. Default: the miner's owner.")
        private @Nullable String multisig;

        Approval at(FullNode node, ActorSettings settings, Network network) {
            return new Approval(node, address(node, settings), settings.miner(), network);
        }

        Address address(FullNode node, ActorSettings settings) {
            return multisig == null ? MinerAccount.read(node, settings.miner()).owner() : Address.parse(multisig);
        }
    }

    /** {@code adit actor pending}. */
    @Command(
            name = "pending",
            mixinStandardHelpOptions = true,
            description = "What waits for the approval of the multisig's signers.")
    static final class Pending implements Callable<Integer> {
        @Mixin
        private ActorSettings settings = new ActorSettings();

        @Mixin
        private Which which = new Which();

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            try (var node = settings.connect()) {
                var network = FullNodes.networkOf(node);
                var approval = which.at(node, settings, network);
                var pending = approval.pending();
                var out = Objects.requireNonNull(spec).commandLine().getOut();
                if (json) {
                    var list = JsonNodeFactory.instance.arrayNode();
                    pending.forEach(one -> list.addObject()
                            .put("number", one.id())
                            .put("does", approval.sentence(one))
                            .put("to", one.to().toString(network))
                            .put("value", one.value().toString())
                            .put("method", one.method())
                            .put("params", HexFormat.of().formatHex(one.params()))
                            .put("approvedBy", approvers(one, network))
                            .put("hash", HexFormat.of().formatHex(one.proposalHash())));
                    out.println(list);
                } else if (pending.isEmpty()) {
                    out.println("Nothing waits for approval.");
                } else {
                    var table = new Table("number", "does", "approved by");
                    pending.forEach(
                            one -> table.row(Long.toString(one.id()), approval.sentence(one), approvers(one, network)));
                    table.print(out);
                }
                out.flush();
                return 0;
            }
        }

        private static String approvers(MultisigTransaction one, Network network) {
            List<String> by = one.approved().stream()
                    .map(address -> address.toString(network))
                    .toList();
            return String.join(" ", by);
        }
    }

    /** {@code adit actor approve}. */
    @Command(
            name = "approve",
            mixinStandardHelpOptions = true,
            description = {
                "Approve at the multisig what another signer has proposed ('adit actor pending' shows it).",
                "With the last approval that it needs, the multisig sends the message at once."
            })
    static final class Approve extends ActorChangeCommand {
        @Parameters(paramLabel = "NUMBER", description = "The transaction's number.")
        private long number;

        @Option(names = "--as", paramLabel = "ADDRESS", required = true, description = "Who signs: a signer of it.")
        private String approver = "";

        @Mixin
        private Which which = new Which();

        @Override
        protected ActorChange change(Context context) {
            return which.at(context.node(), context.settings(), context.network())
                    .of(number, Address.parse(approver));
        }
    }

    /** {@code adit actor cancel}. */
    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Take back what one proposed at the multisig oneself ('adit actor pending' shows it).")
    static final class Cancel extends ActorChangeCommand {
        @Parameters(paramLabel = "NUMBER", description = "The transaction's number.")
        private long number;

        @Option(names = "--as", paramLabel = "ADDRESS", required = true, description = "Who signs: who proposed it.")
        private String proposer = "";

        @Mixin
        private Which which = new Which();

        @Override
        protected ActorChange change(Context context) {
            return which.at(context.node(), context.settings(), context.network())
                    .cancellation(number, Address.parse(proposer));
        }
    }
}
