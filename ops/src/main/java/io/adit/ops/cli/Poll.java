package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks again and again, with a pause between two looks; the first ones follow each other sooner. */
public final class Poll {
    private static final int FIRST = 16;

    private final Duration pause;

    /** @param pause between two looks, when it takes long */
    public Poll(Duration pause) {
        this.pause = pause;
    }

    /** What a look saw first, or empty when {@code patience} ended before. */
    public <T> Optional<T> until(Duration patience, Supplier<Optional<T>> look) {
        long end = System.nanoTime() + patience.toNanos();
        var next = pause.dividedBy(FIRST);
        while (System.nanoTime() < end) {
            var seen = look.get();
            if (seen.isPresent()) {
                return seen;
            }
            rest(next);
            next = next.multipliedBy(2).compareTo(pause) < 0 ? next.multipliedBy(2) : pause;
        }
        return Optional.empty();
    }

    /** One pause. */
    public void rest() {
        rest(pause);
    }

    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.WAIT_INTERRUPTED, "interrupted while waiting", e);
        }
    }
}
