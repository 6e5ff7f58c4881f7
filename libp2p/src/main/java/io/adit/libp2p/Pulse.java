package io.adit.libp2p;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Lets something happen again and again. */
@FunctionalInterface
public interface Pulse {
    /** By the system's clock, on a thread of its own. */
    Pulse SYSTEM = (interval, beat) -> {
        var thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofVirtual().name("libp2p-pulse").factory());
        var nanos = interval.toNanos();
        var ignored = thread.scheduleAtFixedRate(beat, nanos / 10, nanos, TimeUnit.NANOSECONDS);
        return thread::shutdownNow;
    };

    /**
     * Begins.
     *
     * @param beat throws nothing
     * @return what ends it
     */
    Runnable every(Duration interval, Runnable beat);
}
