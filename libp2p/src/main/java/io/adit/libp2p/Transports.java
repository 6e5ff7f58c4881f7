package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.quic.QuicTransport;
import io.adit.libp2p.relay.RelayClient.Circuit;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.transport.Endpoint;
import io.adit.libp2p.transport.QuicEndpoint;
import io.adit.libp2p.transport.TcpEndpoint;
import io.adit.libp2p.transport.TcpTransport;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways in which this host reaches others and is reached: TCP always, QUIC where the platform has it. */
final class Transports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

    private final TcpTransport tcp;
    private final Optional<QuicTransport> quic;

    Transports(TcpTransport tcp, Optional<QuicTransport> quic) {
        this.tcp = tcp;
        this.quic = quic;
    }

    /** Where it listens from now on; empty, with a word in the log, for QUIC on a platform without it. */
    Optional<Endpoint> listen(Endpoint endpoint, Consumer<PeerConnection> onConnection) throws Libp2pException {
        return switch (endpoint) {
            case TcpEndpoint atTcp -> Optional.of(tcp.listen(atTcp, onConnection::accept));
            case QuicEndpoint atQuic -> {
                if (quic.isEmpty()) {
                    LOG.warn(
                            "not listening on {}: the native library of QUIC cannot be loaded here ({}); the host goes"
                                    + " on with its other addresses",
                            atQuic.toMultiaddr(),
                            QuicTransport.unavailability());
                    yield Optional.empty();
                }
                yield Optional.of(quic.get().listen(atQuic, onConnection));
            }
        };
    }

    PeerConnection dial(Endpoint endpoint, PeerId peer, Duration timeout) throws Libp2pException {
        return switch (endpoint) {
            case TcpEndpoint atTcp -> tcp.dial(atTcp, peer, timeout);
            case QuicEndpoint atQuic ->
                quic.orElseThrow(() -> new Libp2pException(
                                Kind.UNREACHABLE, "cannot dial " + atQuic.toMultiaddr() + ": no QUIC on this platform"))
                        .dial(atQuic, peer, timeout);
        };
    }

    /** Secures a circuit, see {@link TcpTransport#secure}. */
    PeerConnection secure(Circuit circuit, Multiaddr remote, ConnectionPlace place, boolean initiator, Runnable onEnd)
            throws Libp2pException {
        return tcp.secure(circuit, remote, place, initiator, onEnd);
    }

    /** Stops listening; connections stay. */
    void stopListening() {
        tcp.stopListening();
        quic.ifPresent(QuicTransport::stopListening);
    }

    @Override
    public void close() {
        tcp.close();
        quic.ifPresent(QuicTransport::close);
    }
}
