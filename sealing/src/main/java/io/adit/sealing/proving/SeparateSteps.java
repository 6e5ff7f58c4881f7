package io.adit.sealing.proving;

import io.adit.core.error.AditException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps that must not keep each other from being taken: what fails is logged and counted, the next one is run, and at the end
 * it is said that something has to be tried again.
 */
final class SeparateSteps {

    private static final Logger LOG = LoggerFactory.getLogger(SeparateSteps.class);

    /** Some of the steps failed, which was logged and counted by then. */
    static final class SomeFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private SomeFailed(List<RuntimeException> failures) {
            super(failures.size() + " steps of looking at the deadlines failed", failures.getFirst());
        }
    }

    /** One of them. */
    @FunctionalInterface
    interface Step {
        void run() throws InterruptedException;
    }

    private final ProvingMetrics metrics;
    private final List<RuntimeException> failures = new ArrayList<>();

    SeparateSteps(ProvingMetrics metrics) {
        this.metrics = metrics;
    }

    /** Runs a step; only its interruption, and errors, end the others. */
    void run(String what, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (SomeFailed told) {
            failures.add(told);
        } catch (RuntimeException e) {
            failures.add(e);
            metrics.failed();
            String code = e instanceof AditException coded
                    ? String.valueOf(coded.code())
                    : e.getClass().getSimpleName();
            LOG.warn("{} failed ({}): {}", what, code, e.getMessage(), e);
        }
    }

    /**
     * To be called after the last step.
     *
     * @throws SomeFailed when any of them failed
     */
    void end() {
        if (!failures.isEmpty()) {
            throw new SomeFailed(failures);
        }
    }

    /** The same for an operator, who is told the first failure itself. */
    void endWithFirst() {
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
