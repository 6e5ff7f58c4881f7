package io.adit.sealing.mining;

import io.adit.chain.type.TipSet;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Finds out that the wall clock cannot be trusted. A block that is signed for a wrong epoch is worse than none: its epoch
 * bars every one before it.
 */
final class ClockWatch {
    private final MiningSettings settings;
    private final Timeline timeline;
    private Instant wall;
    private long nanos;

    ClockWatch(MiningSettings settings, Timeline timeline) {
        this.settings = settings;
        this.timeline = timeline;
        this.wall = timeline.instant();
        this.nanos = timeline.nanoTime();
    }

    /** Why no block should be made now, in words. A clock that was set costs the round in which that is noticed. */
    Optional<String> problem(TipSet head) {
        return wasSet().or(() -> isBehind(head)).or(() -> isFarFrom(head));
    }

    private Optional<String> wasSet() {
        var now = timeline.instant();
        long nanosNow = timeline.nanoTime();
        var jumped = Duration.between(wall, now).minusNanos(nanosNow - nanos);
        wall = now;
        nanos = nanosNow;
        return jumped.abs().compareTo(settings.clockTolerance()) <= 0
                ? Optional.empty()
                : Optional.of("the clock was set by " + seconds(jumped) + ", or the machine stood still meanwhile");
    }

    private Optional<String> isBehind(TipSet head) {
        var ahead = Duration.between(timeline.instant(), RoundTimes.timeOf(head));
        return ahead.compareTo(settings.clockTolerance()) <= 0
                ? Optional.empty()
                : Optional.of("the head is of a time that comes in " + seconds(ahead)
                        + ": this machine's clock is behind; set it by NTP");
    }

    private Optional<String> isFarFrom(TipSet head) {
        var age = Duration.between(RoundTimes.timeOf(head), timeline.instant());
        long rounds = age.dividedBy(settings.blockDelay());
        return rounds <= settings.mostNullRounds() + 1
                ? Optional.empty()
                : Optional.of("the head is " + rounds
                        + " epochs old: the full node is not synced, or this machine's clock" + " is ahead");
    }

    static String seconds(Duration duration) {
        return "%.1f s".formatted(duration.toMillis() / 1000.0);
    }
}
