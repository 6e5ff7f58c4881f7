package io.adit.ops.cli;

import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.libp2p.identity.PeerId;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.MoneyChanges;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code adit actor} that move money. */
final class ActorMoneyCommands {
    private ActorMoneyCommands() {}

    private static Optional<TokenAmount> fil(@Nullable String amount) {
        return Optional.ofNullable(amount).map(TokenAmount::ofFil);
    }

    /** {@code adit actor withdraw}. */
    @Command(
            name = "withdraw",
            mixinStandardHelpOptions = true,
            description = "Pay out available balance to the beneficiary. Signed by the owner or the beneficiary.")
    static final class Withdraw extends ActorChangeCommand {
        @Parameters(paramLabel = "FIL", arity = "0..1", description = "How much. Default: all that is available.")
        private @Nullable String amount;

        @Option(names = "--beneficiary", description = "The beneficiary signs, not the owner.")
        private boolean beneficiary;

        @Override
        protected ActorChange change(Context context) {
            return new MoneyChanges(context.network()).withdraw(context.account(), fil(amount), beneficiary);
        }
    }

    /** {@code adit actor repay-debt}. */
    @Command(
            name = "repay-debt",
            mixinStandardHelpOptions = true,
            description = "Pay the miner's fee debt, which keeps it from pre-committing and recovering.")
    static final class RepayDebt extends ActorChangeCommand {
        @Parameters(
                paramLabel = "FIL",
                arity = "0..1",
                description = "What to send along. Default: what the miner itself cannot pay.")
        private @Nullable String amount;

        @Option(
                names = "--from",
                paramLabel = "ADDRESS",
                description = "Who pays and signs: worker, owner or a control address. Default: the worker.")
        private @Nullable String from;

        @Override
        protected ActorChange change(Context context) {
            var account = context.account();
            return new MoneyChanges(context.network()).repayDebt(account, fil(amount), context.orWorker(from, account));
        }
    }

    /** {@code adit actor new}. */
    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Make another miner actor. ('adit init' makes one with its node.)")
    static final class New extends ActorChangeCommand {
        @Option(
                names = "--owner",
                paramLabel = "ADDRESS",
                required = true,
                description = "Who owns it. Its key need not be here.")
        private String owner = "";

        @Option(
                names = "--worker",
                paramLabel = "ADDRESS",
                required = true,
                description = "Who works for it; a BLS key that the chain knows.")
        private String worker = "";

        @Option(names = "--from", paramLabel = "ADDRESS", description = "Who pays. Default: the worker.")
        private @Nullable String from;

        @Option(
                names = "--sector-size",
                converter = SectorSizeConverter.class,
                defaultValue = "32GiB",
                description = "2KiB, 8MiB, 512MiB, 32GiB or 64GiB; fixed for its life. Default: ${DEFAULT-VALUE}")
        private SectorSize sectorSize = SectorSize.GIB_32;

        @Option(names = "--peer-id", paramLabel = "PEER", description = "The peer under which clients find it.")
        private @Nullable String peerId;

        @Override
        protected ActorChange change(Context context) {
            var node = context.node();
            return new MoneyChanges(context.network())
                    .newMiner(
                            Address.parse(from == null ? worker : from),
                            Address.parse(owner),
                            Address.parse(worker),
                            sectorSize,
                            Optional.ofNullable(peerId)
                                    .map(text -> PeerId.parse(text).bytes()),
                            node.stateMinerCreationDeposit(TipSetKey.EMPTY));
        }
    }
}
