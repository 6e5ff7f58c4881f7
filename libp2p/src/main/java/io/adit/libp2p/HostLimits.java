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
 * @param maxReceiveBytes memory for what has arrived on all streams and was not read yet; the connections with
 *     one address (IPv6: one /64) get a quarter of it at most, and a stream that would go beyond either is reset. The
 *     first KiB of each stream is not counted
 * @param maxSendBytes memory for what was written and the sockets have not taken yet; beyond it a connection gets one
 *     message at a time
 * @param yamux limits of each connection's streams
 */
public record HostLimits(
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxHandshakes,
        Duration handshakeTimeout,
        Duration negotiationTimeout,
        Duration idleTimeout,
        long maxReceiveBytes,
        long maxSendBytes,
        YamuxLimits yamux) {
    /** How many addresses it takes to use up the memory for what was received. */
    static final int RECEIVE_SHARES = 4;

    public HostLimits {
        if (maxConnections < 1 || maxConnectionsPerAddress < 1 || maxHandshakes < 1) {
            throw new IllegalArgumentException("connection limits must be positive");
        }
        if (maxReceiveBytes < (long) RECEIVE_SHARES * YamuxLimits.INITIAL_WINDOW) {
            throw new IllegalArgumentException("receive memory must be at least 1 MiB, not " + maxReceiveBytes);
        }
        if (maxSendBytes < 1 << 20) {
            throw new IllegalArgumentException("send memory must be at least 1 MiB, not " + maxSendBytes);
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
                256 << 20,
                128 << 20,
                YamuxLimits.defaults());
    }

    public HostLimits withConnections(int total, int perAddress, int handshakes) {
        return new HostLimits(
                total,
                perAddress,
                handshakes,
                handshakeTimeout,
                negotiationTimeout,
                idleTimeout,
                maxReceiveBytes,
                maxSendBytes,
                yamux);
    }

    public HostLimits withTimeouts(Duration handshake, Duration negotiation, Duration idle) {
        return new HostLimits(
                maxConnections,
                maxConnectionsPerAddress,
                maxHandshakes,
                handshake,
                negotiation,
                idle,
                maxReceiveBytes,
                maxSendBytes,
                yamux);
    }

    public HostLimits withYamux(YamuxLimits limits) {
        return new HostLimits(
                maxConnections,
                maxConnectionsPerAddress,
                maxHandshakes,
                handshakeTimeout,
                negotiationTimeout,
                idleTimeout,
                maxReceiveBytes,
                maxSendBytes,
                limits);
    }

    public HostLimits withMemory(long receiveBytes, long sendBytes) {
        return new HostLimits(
                maxConnections,
                maxConnectionsPerAddress,
                maxHandshakes,
                handshakeTimeout,
                negotiationTimeout,
                idleTimeout,
                receiveBytes,
                sendBytes,
                yamux);
    }
}
