package io.adit.libp2p.resource;

import io.adit.libp2p.mux.SessionLimits;

/**
 * How much there is of everything. Counts hold for what is open at one time. The first {@link #FREE_STREAMS} streams of
 * each connection count for its peer alone, so that nobody who has a connection can be kept from a word with the host. All circuits together have at most half of
 * the connections, streams and memory: relays are not to crowd out who needs none.
 *
 * @param connections secured, inbound and outbound together
 * @param reservedConnections how many of them only known peers and this side's dials may have
 * @param handshakes inbound connections that are not secured yet
 * @param connectionsPerSubnet inbound, secured or not, from one IPv4 /24 or IPv6 /56, or circuits through one relay
 * @param connectionsPerAddress inbound, secured or not, from one IPv4 address or IPv6 /64
 * @param connectionsPerPeer secured, inbound and outbound together, with one identity
 * @param streams inbound, of all connections
 * @param reservedStreams how many of them only known peers may have
 * @param streamsPerSubnet inbound, over all connections with one subnet, or all circuits through one relay
 * @param streamsPerPeer inbound, over all connections with one peer
 * @param streamsPerProtocol inbound, that have agreed on one protocol
 * @param streamsPerPeerAndProtocol the same, of one peer
 * @param receiveBytes memory for what has arrived and was not read; the first KiB of each stream is not counted. An
 *     address, a peer or a relay gets a quarter at most, a peer behind a relay a sixteenth, a subnet or all circuits
 *     together half, strangers seven eighths; a stream that would go beyond is reset
 * @param sendBytes memory for what was written and the sockets have not taken; beyond it a connection gets one message
 *     at a time
 */
public record ResourceLimits(
        int connections,
        int reservedConnections,
        int handshakes,
        int connectionsPerSubnet,
        int connectionsPerAddress,
        int connectionsPerPeer,
        int streams,
        int reservedStreams,
        int streamsPerSubnet,
        int streamsPerPeer,
        int streamsPerProtocol,
        int streamsPerPeerAndProtocol,
        long receiveBytes,
        long sendBytes) {
    /** What every connection may have, whatever others have taken. */
    static final int FREE_STREAMS = 4;

    /** Of one peer through one relay, secured or not: enough to dial again while an old circuit dies. */
    private static final int CIRCUITS_PER_PEER = 4;

    /** The part of everything that all circuits together may have, however many relays bring them. */
    static final int CIRCUITS_PART = 2;

    /** An eighth is for known peers. */
    private static final int RESERVED_PART = 8;

    private static final int MIB = 1 << 20;
    private static final long HEAP_PER_CONNECTION = 4 * MIB;
    private static final long HEAP_PER_STREAM = 128 << 10;

    public ResourceLimits {
        if (connections < 1
                || handshakes < 1
                || connectionsPerSubnet < 1
                || connectionsPerAddress < 1
                || connectionsPerPeer < 1) {
            throw new IllegalArgumentException("connection limits must be positive");
        }
        if (streams < 1
                || streamsPerSubnet < 1
                || streamsPerPeer < 1
                || streamsPerProtocol < 1
                || streamsPerPeerAndProtocol < 1) {
            throw new IllegalArgumentException("stream limits must be positive");
        }
        if (reservedConnections < 0
                || reservedConnections >= connections
                || reservedStreams < 0
                || reservedStreams >= streams) {
            throw new IllegalArgumentException("what is reserved must leave something for strangers");
        }
        if (receiveBytes < 4L * SessionLimits.INITIAL_WINDOW) {
            throw new IllegalArgumentException("receive memory must be at least 1 MiB, not " + receiveBytes);
        }
        if (sendBytes < MIB) {
            throw new IllegalArgumentException("send memory must be at least 1 MiB, not " + sendBytes);
        }
    }

    /** Circuits, inbound, secured or not. */
    int circuits() {
        return Math.max(1, connections / CIRCUITS_PART);
    }

    /** Streams of all circuits together. */
    int streamsOfCircuits() {
        return Math.max(1, streams / CIRCUITS_PART);
    }

    /** Circuits of one peer through one relay, inbound, secured or not. */
    int circuitsPerPeer() {
        return Math.min(CIRCUITS_PER_PEER, connectionsPerPeer);
    }

    /**
     * What a heap of this size can bear: an eighth of it for unread bytes, a sixteenth for unsent ones, and about as much
     * for connections and streams that do nothing. A heap of 2 GiB gives 512 connections and 16,384 streams.
     */
    public static ResourceLimits forHeap(long bytes) {
        var connections = Math.clamp(bytes / HEAP_PER_CONNECTION, 64, 4096);
        var streams = Math.clamp(bytes / HEAP_PER_STREAM, 2048, 65_536);
        return new ResourceLimits(
                connections,
                connections / RESERVED_PART,
                connections / 4,
                connections / 4,
                Math.max(8, connections / 16),
                16,
                streams,
                streams / RESERVED_PART,
                streams / 4,
                Math.min(1024, streams / 4),
                streams / 2,
                Math.min(512, streams / 4),
                Math.clamp(bytes / 8, 16 * MIB, 1024L * MIB),
                Math.clamp(bytes / 16, 8 * MIB, 512L * MIB));
    }

    /** @param perAddress holds for subnets too where it is larger */
    public ResourceLimits withConnections(int total, int perAddress, int newHandshakes) {
        return new ResourceLimits(
                total,
                total / RESERVED_PART,
                newHandshakes,
                Math.max(perAddress, total / 4),
                perAddress,
                connectionsPerPeer,
                streams,
                reservedStreams,
                streamsPerSubnet,
                streamsPerPeer,
                streamsPerProtocol,
                streamsPerPeerAndProtocol,
                receiveBytes,
                sendBytes);
    }

    public ResourceLimits withStreams(int total, int perPeer, int perPeerAndProtocol) {
        return new ResourceLimits(
                connections,
                reservedConnections,
                handshakes,
                connectionsPerSubnet,
                connectionsPerAddress,
                connectionsPerPeer,
                total,
                total / RESERVED_PART,
                Math.max(perPeer, total / 4),
                perPeer,
                Math.max(perPeerAndProtocol, total / 2),
                perPeerAndProtocol,
                receiveBytes,
                sendBytes);
    }

    public ResourceLimits withMemory(long receive, long send) {
        return new ResourceLimits(
                connections,
                reservedConnections,
                handshakes,
                connectionsPerSubnet,
                connectionsPerAddress,
                connectionsPerPeer,
                streams,
                reservedStreams,
                streamsPerSubnet,
                streamsPerPeer,
                streamsPerProtocol,
                streamsPerPeerAndProtocol,
                receive,
                send);
    }
}
