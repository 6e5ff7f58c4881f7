package io.adit.libp2p.transport;

import java.io.IOException;

/** One security protocol as the upgrade of a connection sees it. */
public abstract sealed class ConnectionSecurity permits NoiseSecurity, TlsSecurity {
    private final String protocolId;

    ConnectionSecurity(String protocolId) {
        this.protocolId = protocolId;
    }

    final String protocolId() {
        return protocolId;
    }

    /**
     * Shakes hands; the caller closes the channel on failure.
     *
     * @param muxer the one muxer, for protocols that can agree on it in passing
     * @throws io.adit.libp2p.Libp2pException IDENTITY if the remote cannot prove who it is; TIMEOUT; PROTOCOL_VIOLATION;
     *     CONNECTION_LOST
     */
    abstract SecureLayer shakeHands(RawChannel raw, boolean initiator, String muxer) throws IOException;
}
