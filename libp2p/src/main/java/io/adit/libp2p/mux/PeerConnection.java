package io.adit.libp2p.mux;

import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.CircuitLimit;
import io.adit.libp2p.resource.ConnectionPlace;
import java.util.function.Consumer;

/**
 * A connection whose remote has proved its identity. Nothing flows until its session begins, so that its owner can be
 * made and registered first.
 */
public interface PeerConnection {
    /** Whether this side dialled. */
    boolean isInitiator();

    PublicKey remoteKey();

    /** The remote's transport address, without its peer ID. */
    Multiaddr remoteMultiaddr();

    boolean isOpen();

    /** What may flow before it ends. */
    default CircuitLimit circuitLimit() {
        return CircuitLimit.NONE;
    }

    /** What it has of the host's resources; it is given back when the connection ends. */
    ConnectionPlace place();

    /** The one session of this connection; {@code acceptor} is called on the event loop and must not wait. */
    StreamSession newSession(SessionLimits limits, Consumer<MuxedStream> acceptor);

    /** Drops a connection whose session never began. */
    void drop();
}
