package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.ops.OpsError;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.KeyChanges;
import io.adit.ops.actor.MinerAccount;
import io.adit.ops.daemon.FullNodes;
import java.util.ArrayList;
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

/** The commands of {@code adit actor} that change who may act and who is paid. */
final class ActorKeyCommands {
    private ActorKeyCommands() {}

    private static KeyChanges changes(ActorChangeCommand.Context context) {
        return new KeyChanges(context.node(), context.account(), context.network());
    }

    /** {@code adit actor control}. */
    @Command(
            name = "control",
            mixinStandardHelpOptions = true,
            description = "The control addresses, which may send for the miner but not withdraw.",
            subcommands = {ControlList.class, ControlSet.class},
            synopsisSubcommandLabel = "COMMAND")
    static final class Control {}

    /** {@code adit actor control list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Owner, worker and control addresses with what they hold.")
    static final class ControlList implements Callable<Integer> {
        @Mixin
        private ActorSettings settings = new ActorSettings();

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        private record Row(String role, String address, String key, TokenAmount balance) {}

        @Override
        public Integer call() {
            var out = Objects.requireNonNull(spec).commandLine().getOut();
            try (var node = settings.connect()) {
                var network = FullNodes.networkOf(node);
                var account = MinerAccount.read(node, settings.miner());
                var rows = new ArrayList<Row>();
                addRow(rows, "owner", account.owner(), node, network);
                addRow(rows, "worker", account.worker(), node, network);
                account.newWorker().ifPresent(next -> addRow(rows, "new worker", next, node, network));
                account.control().forEach(address -> addRow(rows, "control", address, node, network));
                addRow(rows, "beneficiary", account.beneficiary(), node, network);
                if (json) {
                    var array = JsonNodeFactory.instance.arrayNode();
                    rows.forEach(row -> array.addObject()
                            .put("role", row.role())
                            .put("address", row.address())
                            .put("key", row.key())
                            .put("balance", row.balance().attoText()));
                    out.println(array);
                } else {
                    var table = new Table("Role", "Address", "Key", "Balance");
                    rows.forEach(row -> table.row(
                            row.role(), row.address(), row.key(), row.balance().toString()));
                    table.print(out);
                }
                out.flush();
                return 0;
            }
        }

        private static void addRow(
                List<Row> rows,
                String role,
                Address address,
                io.adit.chain.node.FullNode node,
                io.adit.core.fil.Network network) {
            String key;
            try {
                key = node.stateAccountKey(address, TipSetKey.EMPTY).toString(network);
            } catch (RpcException notAnAccount) {
                key = "-";
            }
            rows.add(new Row(role, address.toString(network), key, node.walletBalance(address)));
        }
    }

    /** {@code adit actor control set}. */
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Replace the control addresses. Signed by the owner.")
    static final class ControlSet extends ActorChangeCommand {
        @Parameters(paramLabel = "ADDRESS", arity = "0..*", description = "All of them; none takes all away.")
        private List<String> addresses = new ArrayList<>();

        @Override
        protected ActorChange change(Context context) {
            return changes(context)
                    .setControl(addresses.stream().map(Address::parse).toList());
        }
    }

    /** {@code adit actor propose-change-worker}. */
    @Command(
            name = "propose-change-worker",
            mixinStandardHelpOptions = true,
            description = "Propose another worker key; it takes effect 900 epochs later. Signed by the owner.")
    static final class ProposeWorker extends ActorChangeCommand {
        @Parameters(paramLabel = "ADDRESS", description = "The new worker; a BLS key that the chain knows.")
        private String worker = "";

        @Override
        protected ActorChange change(Context context) {
            return changes(context).proposeWorker(Address.parse(worker));
        }
    }

    /** {@code adit actor confirm-change-worker}. */
    @Command(
            name = "confirm-change-worker",
            mixinStandardHelpOptions = true,
            description = "Put the proposed worker key in its place, once it is due. Signed by the owner.")
    static final class ConfirmWorker extends ActorChangeCommand {
        @Override
        protected ActorChange change(Context context) {
            return changes(context).confirmWorker();
        }
    }

    /** {@code adit actor propose-change-beneficiary}. */
    @Command(
            name = "propose-change-beneficiary",
            mixinStandardHelpOptions = true,
            description = "Propose who is paid, up to a quota and an epoch (FIP-0029). Signed by the owner.")
    static final class ProposeBeneficiary extends ActorChangeCommand {
        @Parameters(index = "0", paramLabel = "ADDRESS", description = "The beneficiary; the owner takes it back.")
        private String beneficiary = "";

        @Parameters(
                index = "1",
                paramLabel = "QUOTA",
                description = "How much FIL it may withdraw in all; 0 for the owner.")
        private String quota = "";

        @Parameters(index = "2", paramLabel = "EPOCH", description = "Until when; 0 for the owner.")
        private long expiration;

        @Override
        protected ActorChange change(Context context) {
            return changes(context)
                    .proposeBeneficiary(Address.parse(beneficiary), TokenAmount.ofFil(quota), new Epoch(expiration));
        }
    }

    /** {@code adit actor confirm-change-beneficiary}. */
    @Command(
            name = "confirm-change-beneficiary",
            mixinStandardHelpOptions = true,
            description = "Confirm the proposed beneficiary, as the new one or as the present one.")
    static final class ConfirmBeneficiary extends ActorChangeCommand {
        @Option(names = "--existing-beneficiary", description = "As the present one. Default: as the new one.")
        private boolean existing;

        @Option(names = "--new-beneficiary", description = "As the new one.")
        private boolean nominee;

        @Override
        protected ActorChange change(Context context) {
            return changes(context)
                    .confirmBeneficiary(nominee || !existing)
                    .orElseThrow(
                            () -> new AditException(OpsError.WOULD_FAIL, "confirming a beneficiary: none is proposed"));
        }
    }

    /** {@code adit actor set-owner}. */
    @Command(
            name = "set-owner",
            mixinStandardHelpOptions = true,
            description = {
                "Change the owner, in two messages: proposed by the old owner, confirmed by the new one",
                "(the same command with the new owner as SIGNER)."
            })
    static final class SetOwner extends ActorChangeCommand {
        @Parameters(index = "0", paramLabel = "OWNER", description = "The new owner.")
        private String owner = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "SIGNER",
                description =
                        "Who signs: the present owner proposes, the new one confirms. Default: the present owner.")
        private @Nullable String signer;

        @Override
        protected ActorChange change(Context context) {
            var account = context.account();
            return new KeyChanges(context.node(), account, context.network())
                    .setOwner(Address.parse(owner), signer == null ? account.owner() : Address.parse(signer));
        }
    }
}
