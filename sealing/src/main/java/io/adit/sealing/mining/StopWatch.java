package io.adit.sealing.mining;

import io.adit.core.time.Timeline;
import java.time.Duration;

/** Measures one step after the other. */
final class StopWatch {
    private final Timeline timeline;
    private long last;

    StopWatch(Timeline timeline) {
        this.timeline = timeline;
        this.last = timeline.nanoTime();
    }

    /** The time since the last call. */
    Duration lap() {
        long now = timeline.nanoTime();
        var lap = Duration.ofNanos(now - last);
        last = now;
        return lap;
    }
}
