package io.adit.libp2p.relay;

import java.time.Duration;

/**
 * What a relay lets through a circuit before it ends it.
 *
 * @param duration zero for no limit
 * @param bytes in each direction; zero for no limit
 */
public record CircuitLimit(Duration duration, long bytes) {
    public static final CircuitLimit NONE = new CircuitLimit(Duration.ZERO, 0);

    public boolean isLimited() {
        return !duration.isZero() || bytes > 0;
    }
}
