package io.adit.libp2p.transport;

import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * A socket and what lies between TCP and libp2p there.
 *
 * @param name by which the host was asked for: what a TLS server's certificate must be for, and HTTP's Host
 */
public record TcpEndpoint(InetSocketAddress socket, Carrier carrier, String name) implements Endpoint {
    /** How bytes travel over TCP. */
    public enum Carrier {
        PLAIN(""),
        WEB_SOCKET("/ws"),
        /** WebSocket within TLS, as browsers and HTTPS proxies speak it; libp2p's own security comes on top. */
        SECURE_WEB_SOCKET("/tls/ws");

        private final String suffix;

        Carrier(String suffix) {
            this.suffix = suffix;
        }

        /** What the steps of a multiaddr after {@code /tcp/<port>} say; empty if they are not known. */
        static Optional<Carrier> of(List<Multiaddr.Component> steps) {
            var protocols = steps.stream().map(Multiaddr.Component::protocol).toList();
            if (protocols.isEmpty()) {
                return Optional.of(PLAIN);
            }
            if (protocols.equals(List.of(MultiaddrProtocol.WS))) {
                return Optional.of(WEB_SOCKET);
            }
            return protocols.equals(List.of(MultiaddrProtocol.WSS))
                            || protocols.equals(List.of(MultiaddrProtocol.TLS, MultiaddrProtocol.WS))
                            || protocols.equals(
                                    List.of(MultiaddrProtocol.TLS, MultiaddrProtocol.SNI, MultiaddrProtocol.WS))
                    ? Optional.of(SECURE_WEB_SOCKET)
                    : Optional.empty();
        }
    }

    public static TcpEndpoint plain(InetSocketAddress socket) {
        return new TcpEndpoint(socket, Carrier.PLAIN, socket.getHostString());
    }

    @Override
    public TcpEndpoint at(InetSocketAddress other) {
        return new TcpEndpoint(other, carrier, name);
    }

    @Override
    public Multiaddr toMultiaddr() {
        return Multiaddr.parse(TransportAddress.host(socket) + "/tcp/" + socket.getPort() + carrier.suffix);
    }
}
