package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import io.adit.ops.actor.MessageFile;
import io.adit.ops.actor.SignedSender;
import io.adit.ops.daemon.FullNodes;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit actor send}: sends a message that was signed elsewhere. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = "Send a message that 'adit wallet sign-message' signed, and wait for it. May be repeated.")
final class ActorSendCommand implements Callable<Integer> {
    @Mixin
    private ActorSettings settings = new ActorSettings();

    @Mixin
    private SendOptions sending = new SendOptions();

    @Parameters(paramLabel = "FILE", description = "The signed message.")
    private Path file = Path.of("");

    @Option(names = "--dry-run", description = "Only check the signature and what the chain would say.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var message = MessageFile.read(file);
        var signed = message.requireSigned();
        try (var node = settings.connect()) {
            var network = FullNodes.networkOf(node);
            var known = node.stateSearchMsg(TipSetKey.EMPTY, signed.cid(), -1, true);
            long exit = known.isPresent()
                    ? 0
                    : node.stateCall(message.message(), TipSetKey.EMPTY)
                            .receipt()
                            .exitCode();
            var verdict = "exit code " + ExitCode.explain(exit, ActorKind.MINER);
            if (!json) {
                message.lines(network).forEach(out::println);
                out.println(known.isPresent() ? "It is on the chain already." : "The chain would say: " + verdict);
                out.flush();
            }
            if (dryRun) {
                if (json) {
                    out.println(JsonNodeFactory.instance
                            .objectNode()
                            .put("message", signed.cid().toString())
                            .put("exitCode", exit));
                    out.flush();
                }
                return exit == 0 ? 0 : 1;
            }
            if (exit != 0) {
                throw new AditException(
                        OpsError.WOULD_FAIL, "nothing was sent: " + message.what() + " would end with " + verdict);
            }
            if (!sending.agree()) {
                return 1;
            }
            var desk = new SignedSender(node, settings.home().sent(), network);
            var sent = desk.send(message);
            var executed = sending.await(
                    "adit actor send",
                    sent,
                    settings.config().chain().confidence(),
                    depth -> desk.executed(sent, depth));
            if (json) {
                out.println(ActorReport.json(executed));
                out.flush();
            } else {
                ActorReport.print(executed, message.what(), ActorKind.MINER, out);
            }
            return executed.exitCode() == 0 ? 0 : 1;
        }
    }
}
