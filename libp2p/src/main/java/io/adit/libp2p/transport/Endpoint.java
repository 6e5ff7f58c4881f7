package io.adit.libp2p.transport;

import io.adit.libp2p.multiaddr.Multiaddr;
import java.net.InetSocketAddress;

/** A socket that can be listened on or dialled, and what is spoken there. */
public sealed interface Endpoint permits TcpEndpoint, QuicEndpoint {
    InetSocketAddress socket();

    /** The same at another socket. */
    Endpoint at(InetSocketAddress other);

    Multiaddr toMultiaddr();
}
