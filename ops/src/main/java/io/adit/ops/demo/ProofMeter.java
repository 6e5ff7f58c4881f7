package io.adit.ops.demo;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import io.adit.ops.cli.NodeApi;
import java.util.Locale;

/** What the node's own meters say of the proof calls that its workers have ended well. */
final class ProofMeter {
    private final NodeApi api;

    ProofMeter(NodeApi api) {
        this.api = api;
    }

    /**
     * How often and with how much CPU time, as words for the table.
     *
     * @param operation as the meters name it, for example {@code commit_2}
     * @throws AditException when no call has ended well
     */
    String of(String operation) {
        long calls = Math.round(value("adit_proof_cpu_seconds_count", operation));
        if (calls < 1) {
            throw new AditException(
                    OpsError.DEMO_STEP_FAILED, "the node's meters know of no " + operation + " that ended well");
        }
        return String.format(
                Locale.ROOT,
                "%s x%d by the node's workers, %.1f CPU s",
                operation,
                calls,
                value("adit_proof_cpu_seconds_sum", operation));
    }

    private double value(String name, String operation) {
        return api.metrics()
                .lines()
                .filter(line -> line.startsWith(name + "{")
                        && line.contains("operation=\"" + operation + "\"")
                        && line.contains("result=\"ok\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
