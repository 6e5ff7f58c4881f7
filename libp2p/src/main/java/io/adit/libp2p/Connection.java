package io.adit.libp2p;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.CircuitLimit;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;

/** An encrypted connection to a peer that has proved its identity. It carries any number of streams. */
public interface Connection extends Closeable {
    PeerId remotePeer();

    PublicKey remotePublicKey();

    /** The transport address of the other end, without its peer ID. */
    Multiaddr remoteAddress();

    /** Whether this side dialled. */
    boolean isInitiator();

    boolean isOpen();

    /** What a relay lets through, where this is a circuit through one; no limit for other connections. */
    CircuitLimit circuitLimit();

    /**
     * Opens a stream and agrees on the first of {@code protocols} that the remote speaks.
     *
     * @param timeout for opening and agreeing together; the stream has no deadline afterwards
     * @throws Libp2pException UNSUPPORTED_PROTOCOL, TIMEOUT, LIMIT or CONNECTION_LOST
     */
    Stream newStream(List<String> protocols, Duration timeout) throws Libp2pException;

    /**
     * What the remote says about itself (identify). Waits for its answer if it has not come yet.
     *
     * @throws Libp2pException TIMEOUT, or the reason why the remote gave none
     */
    PeerInformation remoteInformation(Duration timeout) throws Libp2pException;

    /** Tells the remote that this side goes away, and resets all streams. */
    @Override
    void close();
}
