package io.adit.libp2p;

/** The ways in which a connection is encrypted and both ends prove who they are. */
public enum SecurityProtocol {
    /** Noise XX with ChaCha20-Poly1305; writers seal on their own threads. */
    NOISE("/noise"),
    /** TLS 1.3 with self-signed certificates that carry the identity. */
    TLS("/tls/1.0.0");

    private final String protocolId;

    SecurityProtocol(String protocolId) {
        this.protocolId = protocolId;
    }

    /** Its name in multistream-select. */
    public String protocolId() {
        return protocolId;
    }
}
