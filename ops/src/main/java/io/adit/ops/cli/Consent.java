package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.io.Console;
import java.util.Optional;

/** Asks a person before money moves; without one, only {@code --yes} agrees. */
final class Consent {
    private final boolean given;
    private final Optional<Console> console;

    /**
     * @param given whether {@code --yes} was there
     * @param console the terminal, if the process has one
     */
    Consent(boolean given, Optional<Console> console) {
        this.given = given;
        this.console = console.filter(Console::isTerminal);
    }

    /** Refuses at once what could only be agreed to unseen: JSON shows no sum before the question. */
    void requireFor(boolean json) {
        if (json && !given) {
            throw new AditException(
                    OpsError.NODE_REFUSED,
                    "with --json nothing is asked, so the sum must be agreed to before: add --yes ('adit client ask'"
                            + " tells the price)");
        }
    }

    /** Asks; a yes to come was shown the sum before. */
    boolean ask(String question) {
        if (given) {
            return true;
        }
        var terminal = console.orElseThrow(() -> new AditException(
                OpsError.NODE_REFUSED, "nothing was done: there is no terminal to ask on; agree with --yes"));
        var answer = terminal.readLine("%s [y/N] ", question);
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }
}
