package io.adit.libp2p.mux;

import java.time.Duration;

/**
 * What one session may hold, of Yamux or of QUIC.
 *
 * @param maxWindow bytes: how far the receive window of a stream may grow from {@link #INITIAL_WINDOW}
 * @param maxGrowth bytes: how far the windows of all streams together may grow beyond their initial ones
 * @param maxInboundStreams streams that the remote may have open, finished here or not, or whose handlers
 *     still run
 * @param acceptBacklog inbound streams that have not agreed on a protocol yet
 * @param openBacklog streams opened here that the remote has not acknowledged yet
 * @param keepAlive how often the remote is pinged; one that has neither answered nor sent anything else by the next time
 *     is taken for lost
 * @param closeTimeout how long a stream closed here may wait for the remote to finish before it is reset
 */
public record SessionLimits(
        int maxWindow,
        long maxGrowth,
        int maxInboundStreams,
        int acceptBacklog,
        int openBacklog,
        Duration keepAlive,
        Duration closeTimeout) {
    /** The window that a stream starts with, fixed by the Yamux specification; QUIC's streams read as far ahead. */
    public static final int INITIAL_WINDOW = 256 << 10;

    public SessionLimits {
        if (maxWindow < INITIAL_WINDOW || maxWindow > 64 << 20) {
            throw new IllegalArgumentException(
                    "a stream's window limit must be from 256 KiB to 64 MiB, not " + maxWindow);
        }
        if (maxGrowth < 0 || maxInboundStreams < 1 || acceptBacklog < 1 || openBacklog < 1) {
            throw new IllegalArgumentException("a session's limits must be positive");
        }
        if (keepAlive.isNegative() || keepAlive.isZero() || closeTimeout.isNegative() || closeTimeout.isZero()) {
            throw new IllegalArgumentException("a session's times must be positive");
        }
    }

    public static SessionLimits defaults() {
        return new SessionLimits(4 << 20, 32 << 20, 512, 256, 256, Duration.ofSeconds(30), Duration.ofMinutes(1));
    }
}
