package io.adit.sealing.pipeline;

import io.adit.core.fil.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When the sectors that are ready go out in one message: when it is full, when nobody else is about to be ready, when the
 * first of them has waited long enough, or when one of them has no time left.
 *
 * @param patience how long a sector waits at most
 * @param most sectors in one message
 * @param slack epochs before a sector's message is due from which on it does not wait
 */
record BatchRule(Duration patience, int most, long slack) {

    /**
     * A sector that could be sent now.
     *
     * @param since when it became ready
     * @param due the epoch by which the chain must have executed its message
     */
    record Ready(Instant since, Epoch due) {}

    /**
     * Why they wait.
     *
     * @param coming how many sectors are about to be ready
     * @return empty when the message is to be sent now
     */
    Optional<String> waitsFor(List<Ready> ready, int coming, Instant now, Epoch head) {
        if (coming == 0 || ready.size() >= most) {
            return Optional.empty();
        }
        if (ready.stream().anyMatch(one -> !one.due().isAfter(head.plus(slack)))) {
            return Optional.empty();
        }
        var until = ready.stream().map(Ready::since).min(Instant::compareTo).map(first -> first.plus(patience));
        return until.filter(now::isBefore)
                .map(end -> "goes out together with others: %d ready, %d about to be; at %s at the latest"
                        .formatted(ready.size(), coming, end));
    }
}
