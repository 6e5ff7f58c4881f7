package io.adit.chain.f3;

import io.adit.chain.node.F3ParticipationLease;
import java.time.Duration;
import java.util.Optional;

/** How fast the instances of F3 follow each other, as seen by looking at a lease; for one strand. */
final class F3Pace {
    private record Look(String network, long instance, long nanos) {}

    private final F3Settings settings;
    private Optional<Look> last = Optional.empty();
    private Optional<Duration> perInstance = Optional.empty();

    F3Pace(F3Settings settings) {
        this.settings = settings;
    }

    /** Takes note of the instance that runs now. */
    void saw(F3ParticipationLease lease, long nanos) {
        var look = new Look(lease.network(), lease.fromInstance(), nanos);
        if (last.filter(before -> before.network().equals(look.network()) && before.instance() <= look.instance())
                .isEmpty()) {
            perInstance = Optional.empty();
            last = Optional.of(look);
            return;
        }
        var before = last.orElseThrow();
        long passed = look.instance() - before.instance();
        if (passed > 0) {
            perInstance = Optional.of(Duration.ofNanos((nanos - before.nanos()) / passed));
            last = Optional.of(look);
        }
    }

    /** One instance, within bounds: so the last two instances of a lease are seen to begin. */
    Duration untilNextLook() {
        var wanted = perInstance.orElse(settings.firstCheck());
        if (wanted.compareTo(settings.shortestCheck()) < 0) {
            return settings.shortestCheck();
        }
        return wanted.compareTo(settings.longestCheck()) > 0 ? settings.longestCheck() : wanted;
    }
}
