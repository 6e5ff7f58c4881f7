package io.adit.libp2p;

import io.adit.libp2p.mux.SessionLimits;
import io.adit.libp2p.resource.ResourceLimits;
import java.time.Duration;

/**
 * What a host gives to strangers.
 *
 * @param resources how many connections and streams, and how much memory
 * @param handshakeTimeout for everything from the accepted socket to the agreed muxer
 * @param negotiationTimeout for a stream's agreement on a protocol, and for identify
 * @param idleTimeout after this long without a stream a connection is closed
 * @param session limits of each connection's streams
 */
public record HostLimits(
        ResourceLimits resources,
        Duration handshakeTimeout,
        Duration negotiationTimeout,
        Duration idleTimeout,
        SessionLimits session) {
    public HostLimits {
        if (!handshakeTimeout.isPositive() || !negotiationTimeout.isPositive() || !idleTimeout.isPositive()) {
            throw new IllegalArgumentException("host time-outs must be positive");
        }
    }

    /** For the heap that this process has. */
    public static HostLimits defaults() {
        return new HostLimits(
                ResourceLimits.forHeap(Runtime.getRuntime().maxMemory()),
                Duration.ofSeconds(15),
                Duration.ofSeconds(15),
                Duration.ofMinutes(10),
                SessionLimits.defaults());
    }

    public HostLimits withResources(ResourceLimits chosen) {
        return new HostLimits(chosen, handshakeTimeout, negotiationTimeout, idleTimeout, session);
    }

    public HostLimits withConnections(int total, int perAddress, int handshakes) {
        return withResources(resources.withConnections(total, perAddress, handshakes));
    }

    public HostLimits withMemory(long receiveBytes, long sendBytes) {
        return withResources(resources.withMemory(receiveBytes, sendBytes));
    }

    public HostLimits withTimeouts(Duration handshake, Duration negotiation, Duration idle) {
        return new HostLimits(resources, handshake, negotiation, idle, session);
    }

    public HostLimits withSession(SessionLimits limits) {
        return new HostLimits(resources, handshakeTimeout, negotiationTimeout, idleTimeout, limits);
    }
}
