package io.adit.core.task;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves only when told to. */
public final class SteppedClock implements InstantSource {
    private final AtomicReference<Instant> now;

    /** A clock that stands at the instant. */
    public SteppedClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Moves the clock. */
    public void step(Duration by) {
        now.updateAndGet(instant -> instant.plus(by));
    }
}
