package io.adit.libp2p.transport;

import io.adit.libp2p.multiaddr.Multiaddr;
import java.net.InetSocketAddress;

/** A UDP socket at which QUIC version 1 (RFC 9000) is spoken: {@code /udp/<port>/quic-v1}. */
public record QuicEndpoint(InetSocketAddress socket) implements Endpoint {
    @Override
    public QuicEndpoint at(InetSocketAddress other) {
        return new QuicEndpoint(other);
    }

    @Override
    public Multiaddr toMultiaddr() {
        return Multiaddr.parse(TransportAddress.host(socket) + "/udp/" + socket.getPort() + "/quic-v1");
    }
}
