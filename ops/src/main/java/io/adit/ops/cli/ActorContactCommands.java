package io.adit.ops.cli;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.ContactChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands of {@code adit actor} that a worker signs: how the miner is reached, which numbers are used. */
final class ActorContactCommands {
    private ActorContactCommands() {}

    /** A command that the worker signs unless another is named. */
    abstract static class ByOperator extends ActorChangeCommand {
        @Option(
                names = "--from",
                paramLabel = "ADDRESS",
                description = "Who signs: worker, owner or a control address. Default: the worker.")
        protected @Nullable String from;
    }

    /** {@code adit actor set-peer-id}. */
    @Command(
            name = "set-peer-id",
            mixinStandardHelpOptions = true,
            description = "Tell the chain under which peer ID clients find the miner.")
    static final class SetPeerId extends ByOperator {
        @Parameters(paramLabel = "PEER", description = "The peer ID, 12D3Koo… or Qm….")
        private String peer = "";

        @Override
        protected ActorChange change(Context context) {
            var account = context.account();
            return new ContactChanges(account, context.network())
                    .setPeerId(PeerId.parse(peer), context.orWorker(from, account));
        }
    }

    /** {@code adit actor set-addrs}. */
    @Command(
            name = "set-addrs",
            aliases = "set-addresses",
            mixinStandardHelpOptions = true,
            description = "Tell the chain at which multiaddresses clients find the miner.")
    static final class SetAddresses extends ByOperator {
        @Parameters(
                paramLabel = "MULTIADDR",
                arity = "0..*",
                description = "All of them; the present ones are replaced.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--unset", description = "Take all addresses away.")
        private boolean unset;

        @Spec
        private @Nullable CommandSpec own;

        @Override
        protected ActorChange change(Context context) {
            if (unset != addresses.isEmpty()) {
                throw new ParameterException(
                        Objects.requireNonNull(own).commandLine(),
                        "name the addresses, or take them away with --unset");
            }
            var account = context.account();
            return new ContactChanges(account, context.network())
                    .setAddresses(addresses.stream().map(Multiaddr::parse).toList(), context.orWorker(from, account));
        }
    }

    /** {@code adit actor compact-allocated}. */
    @Command(
            name = "compact-allocated",
            mixinStandardHelpOptions = true,
            description = {
                "Mark sector numbers as used that never will be, when the chain's list of them has grown too long",
                "for pre-commits."
            })
    static final class CompactAllocated extends ByOperator {
        /** How far the mask goes. */
        static final class Mask {
            @Option(
                    names = "--mask-last-offset",
                    paramLabel = "N",
                    description = "Mark everything up to the highest used number less N.")
            private @Nullable Long offset;

            @Option(names = "--mask-upto-n", paramLabel = "N", description = "Mark everything up to and with N.")
            private @Nullable Long upTo;
        }

        @ArgGroup(multiplicity = "1")
        private Mask mask = new Mask();

        @Spec
        private @Nullable CommandSpec own;

        @Override
        protected ActorChange change(Context context) {
            var account = context.account();
            long last = mask.upTo != null
                    ? mask.upTo
                    : account.allocated().last().orElse(-1) - Objects.requireNonNull(mask.offset);
            if (last < 0) {
                throw new ParameterException(
                        Objects.requireNonNull(own).commandLine(), "there is nothing to mark below sector number 0");
            }
            return new ContactChanges(account, context.network())
                    .compactAllocated(last, context.orWorker(from, account));
        }
    }
}
