package io.adit.libp2p;

import io.adit.libp2p.identity.PeerId;

/** Is told of peers that say what they speak, and that go. Called on the host's threads and event loops: it must not wait. */
public interface PeerObserver {
    /** A peer has said what it speaks, for the first time on this connection or anew. */
    void identified(Connection connection, PeerInformation information);

    /** The last connection to a peer has ended. */
    void disconnected(PeerId peer);
}
