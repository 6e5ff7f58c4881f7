package io.adit.libp2p;

import io.adit.libp2p.yamux.YamuxLimits;
import java.time.Duration;

/**
 * What a host gives to strangers.
 *
 * @param maxConnections inbound and outbound together
 * @param maxConnectionsPerAddress inbound, from one IPv4 address or one IPv6 /64
 * @param maxHandshakes inbound connections that are not secured yet
 * @param handshakeTimeout for everything from the accepted socket to the agreed muxer
 * @param negotiationTimeout for a stream's agreement on a protocol, and for identify
 * @param idleTimeout after this long without a stream a connection is closed
 * @param yamux limits of each connection's streams
 */
public record HostLimits(
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxHandshakes,
        Duration handshakeTimeout,
        Duration negotiationTimeout,
        Duration idleTimeout,
        YamuxLimits yamux) {
    public HostLimits {
        if (maxConnections < 1 || maxConnectionsPerAddress < 1 || maxHandshakes < 1) {
            throw new IllegalArgumentException("connection limits must be positive");
        }
        if (!handshakeTimeout.isPositive() || !negotiationTimeout.isPositive() || !idleTimeout.isPositive()) {
            throw new IllegalArgumentException("host time-outs must be positive");
        }
    }

    public static HostLimits defaults() {
        return new HostLimits(
                512,
                32,
                128,
                Duration.ofSeconds(15),
                Duration.ofSeconds(15),
                Duration.ofMinutes(10),
                YamuxLimits.defaults());
    }

    public HostLimits withConnections(int total, int perAddress, int handshakes) {
        return new HostLimits(total, perAddress, handshakes, handshakeTimeout, negotiationTimeout, idleTimeout, yamux);
    }

    public HostLimits withTimeouts(Duration handshake, Duration negotiation, Duration idle) {
        return new HostLimits(
                maxConnections, maxConnectionsPerAddress, maxHandshakes, handshake, negotiation, idle, yamux);
    }

    public HostLimits withYamux(YamuxLimits limits) {
        return new HostLimits(
                maxConnections,
                maxConnectionsPerAddress,
                maxHandshakes,
                handshakeTimeout,
                negotiationTimeout,
                idleTimeout,
                limits);
    }
}
