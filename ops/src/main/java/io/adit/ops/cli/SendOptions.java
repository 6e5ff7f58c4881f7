package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import io.adit.ops.actor.ActorDesk;
import io.adit.ops.actor.Executed;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that sends a message on a person's word and waits for it. */
final class SendOptions {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    @Option(
            names = {"-y", "--yes", "--really-do-it"},
            description = "Do not ask before it is sent.")
    private boolean yes;

    @Option(
            names = "--confidence",
            paramLabel = "EPOCHS",
            description =
                    "Epochs to wait for after the message was executed. Default: the directory's chain.confidence.")
    private @Nullable Integer confidence;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "How long to wait for the chain. Default: ${DEFAULT-VALUE}")
    private long timeout;

    /** Whether it was agreed to before anything was shown. */
    boolean isAgreed() {
        return yes;
    }

    /** Asks, unless it was agreed to. */
    boolean agree() {
        return new Consent(yes, Optional.ofNullable(System.console())).ask("Send it?");
    }

    /**
     * Looks until the message was executed.
     *
     * @param usual epochs to wait for when the options do not say
     * @param look what became of it, at that many epochs
     * @throws AditException {@link OpsError#CHAIN_SLOW}
     */
    Executed await(String what, ActorDesk.Sent sent, int usual, IntFunction<Optional<Executed>> look) {
        int depth = confidence == null ? usual : confidence;
        return new Poll(BETWEEN_LOOKS)
                .until(Duration.ofSeconds(timeout), () -> look.apply(depth))
                .orElseThrow(() -> new AditException(
                        OpsError.CHAIN_SLOW,
                        what + ": message " + sent.message() + " was not executed within " + timeout
                                + " s. It may still be: the same command again waits for the same message"));
    }
}
