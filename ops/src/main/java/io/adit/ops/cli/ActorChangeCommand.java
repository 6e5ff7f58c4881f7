package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signer;
import io.adit.ops.OpsError;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.ActorDesk;
import io.adit.ops.actor.KeyDesk;
import io.adit.ops.actor.MinerAccount;
import io.adit.ops.actor.Proposal;
import io.adit.ops.actor.Rehearsal;
import io.adit.ops.actor.SignedSender;
import io.adit.ops.daemon.ActorOffice;
import io.adit.ops.daemon.FullNodes;
import io.adit.ops.daemon.NodeHome;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that changes a miner actor: shows what the chain would make of it, asks, sends, waits. */
abstract class ActorChangeCommand implements Callable<Integer> {
    @Mixin
    private ActorSettings settings = new ActorSettings();

    @Mixin
    private SendOptions sending = new SendOptions();

    @Option(names = "--dry-run", description = "Only show what would happen. Exit code 0 if the chain would do it.")
    private boolean dryRun;

    @Option(
            names = "--unsigned-out",
            paramLabel = "FILE",
            description = "Write the message to be signed where its key is ('adit wallet sign-message'), instead of"
                    + " sending it.")
    private @Nullable Path unsignedOut;

    @Option(
            names = "--keys-of",
            paramLabel = "DIR",
            description = "Sign with the keystore in another adit directory, such as an owner's on a USB stick.")
    private @Nullable Path keysOf;

    @Option(
            names = "--propose-as",
            paramLabel = "ADDRESS",
            description = "Where the signer is a multisig: propose the message there, as this one of its signers.")
    private @Nullable String proposeAs;

    @Option(
            names = "--max-fee",
            paramLabel = "FIL",
            description = "Most that its gas may cost. Default: the directory's chain.max-fee.")
    private @Nullable String maxFee;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    /** What a command makes its change from. */
    protected record Context(FullNode node, Network network, ActorSettings settings) {
        MinerAccount account() {
            return MinerAccount.read(node, settings.miner());
        }

        /** An address that was given, or the miner's worker. */
        Address orWorker(@Nullable String given, MinerAccount account) {
            return given == null ? account.worker() : Address.parse(given);
        }
    }

    /** The change that the arguments ask for. */
    protected abstract ActorChange change(Context context);

    @Override
    public Integer call() {
        if (json && !dryRun && !sending.isAgreed() && unsignedOut == null) {
            throw new AditException(
                    OpsError.NODE_REFUSED, "with --json nothing is asked: add --dry-run to look, or --yes to agree");
        }
        try (var node = settings.connect()) {
            var network = FullNodes.networkOf(node);
            var asked = change(new Context(node, network, settings));
            var change = proposeAs == null ? asked : Proposal.of(node, asked, Address.parse(proposeAs), network);
            var rehearsal = Rehearsal.of(node, change, maxFee());
            var keys = keys();
            boolean here = keys.isPresent()
                    && rehearsal.signerKey().filter(keys.get()::has).isPresent();
            var report = new ActorReport(rehearsal, here, network);
            if (!json) {
                report.print(out());
            }
            if (dryRun || unsignedOut != null) {
                return onlyShown(node, report);
            }
            requireSendable(report);
            if (!sending.agree()) {
                return 1;
            }
            try (var desk = desk(node, keys.orElseThrow(), network)) {
                return send(desk, report);
            }
        }
    }

    private int onlyShown(FullNode node, ActorReport report) {
        var rehearsal = report.rehearsal();
        if (unsignedOut != null) {
            if (rehearsal.exitCode() == 0) {
                KeyDesk.unsigned(node, rehearsal, maxFee()).write(unsignedOut, report.network());
                note("Unsigned, in " + unsignedOut + ". Sign it: adit wallet sign-message " + unsignedOut);
            } else {
                note("Nothing was written: the chain would refuse it.");
            }
        }
        if (json) {
            out().println(report.json());
            out().flush();
        }
        return rehearsal.wouldSucceed() ? 0 : 1;
    }

    private void requireSendable(ActorReport report) {
        var rehearsal = report.rehearsal();
        if (!rehearsal.wouldSucceed()) {
            throw new AditException(
                    OpsError.WOULD_FAIL,
                    "nothing was sent: " + rehearsal.change().sentence() + " would end with " + rehearsal.verdict()
                            + (rehearsal.obstacles().isEmpty() ? "" : "; " + String.join("; ", rehearsal.obstacles())));
        }
        if (!report.keyIsHere()) {
            throw new AditException(
                    OpsError.KEY_ELSEWHERE,
                    "nothing was sent: the key of "
                            + rehearsal.signerKey().orElseThrow().toString(report.network()) + ", "
                            + rehearsal.change().role() + ", is not here. Write the message with --unsigned-out FILE,"
                            + " or name its keystore's directory with --keys-of");
        }
    }

    private int send(ActorDesk desk, ActorReport report) {
        var change = report.rehearsal().change();
        var sent = desk.send(report.rehearsal());
        note("Sent as " + sent.message() + ", waiting for the chain");
        var executed = sending.await(
                change.name(), sent, settings.config().chain().confidence(), depth -> desk.executed(sent, depth));
        if (json) {
            ObjectNode answer = report.json();
            answer.set("executed", ActorReport.json(executed));
            out().println(answer);
        } else {
            ActorReport.print(executed, change.sentence(), change.kind(), out());
        }
        out().flush();
        return executed.exitCode() == 0 ? 0 : 1;
    }

    private ActorDesk desk(FullNode node, Signer keys, Network network) {
        if (keysOf != null) {
            return new KeyDesk(
                    node, keys, new SignedSender(node, settings.home().sent(), network));
        }
        return ActorOffice.open(settings.home(), settings.config(), node, keys, new SecureRandom());
    }

    /** The keys to sign with; looking must make no keystore where there is none. */
    private Optional<Signer> keys() {
        var home = keysOf == null
                ? settings.home()
                : new NodeHome(keysOf.toAbsolutePath().normalize());
        var config = home.load(System.getenv(), Map.of());
        return config.keys().signer().isPresent()
                        || Files.isDirectory(config.node().keystore())
                ? Optional.of(home.signer(config, System.getenv(), new SecureRandom()))
                : Optional.empty();
    }

    private TokenAmount maxFee() {
        return maxFee == null ? settings.config().chain().maxFee() : TokenAmount.ofFil(maxFee);
    }

    private void note(String line) {
        if (!json) {
            out().println(line);
            out().flush();
        }
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }
}
