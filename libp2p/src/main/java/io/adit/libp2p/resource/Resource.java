package io.adit.libp2p.resource;

/** What can run out. */
public enum Resource {
    /** Inbound connections that are not secured yet. */
    HANDSHAKES,
    CONNECTIONS,
    /** Streams that a remote has opened and whose handlers have not returned. */
    STREAMS
}
