package io.adit.libp2p.multiaddr;

import io.adit.libp2p.wire.MalformedWireException;

/** The protocols of the multiaddr table that this module can read and write. */
public enum MultiaddrProtocol {
    IP4("ip4", 4, ComponentValue.IP4),
    TCP("tcp", 6, ComponentValue.PORT),
    IP6("ip6", 41, ComponentValue.IP6),
    IP6ZONE("ip6zone", 42, ComponentValue.TEXT),
    DNS("dns", 53, ComponentValue.TEXT),
    DNS4("dns4", 54, ComponentValue.TEXT),
    DNS6("dns6", 55, ComponentValue.TEXT),
    DNSADDR("dnsaddr", 56, ComponentValue.TEXT),
    UDP("udp", 273, ComponentValue.PORT),
    P2P_CIRCUIT("p2p-circuit", 290, ComponentValue.NONE),
    P2P("p2p", 421, ComponentValue.PEER),
    HTTPS("https", 443, ComponentValue.NONE),
    TLS("tls", 448, ComponentValue.NONE),
    SNI("sni", 449, ComponentValue.TEXT),
    NOISE("noise", 454, ComponentValue.NONE),
    QUIC("quic", 460, ComponentValue.NONE),
    QUIC_V1("quic-v1", 461, ComponentValue.NONE),
    WEBTRANSPORT("webtransport", 465, ComponentValue.NONE),
    CERTHASH("certhash", 466, ComponentValue.MULTIBASE),
    WS("ws", 477, ComponentValue.NONE),
    WSS("wss", 478, ComponentValue.NONE),
    HTTP("http", 480, ComponentValue.NONE),
    HTTP_PATH("http-path", 481, ComponentValue.ESCAPED_TEXT),
    WEBRTC_DIRECT("webrtc-direct", 280, ComponentValue.NONE);

    private final String text;
    private final int code;
    private final ComponentValue value;

    MultiaddrProtocol(String text, int code, ComponentValue value) {
        this.text = text;
        this.code = code;
        this.value = value;
    }

    /** The number in the multicodec table. */
    public int code() {
        return code;
    }

    ComponentValue value() {
        return value;
    }

    static MultiaddrProtocol named(String name) {
        if (name.equals("ipfs")) {
            return P2P;
        }
        for (var protocol : values()) {
            if (protocol.text.equals(name)) {
                return protocol;
            }
        }
        throw new MalformedWireException("no known multiaddr protocol has this name");
    }

    static MultiaddrProtocol numbered(long code) {
        for (var protocol : values()) {
            if (protocol.code == code) {
                return protocol;
            }
        }
        throw new MalformedWireException("no known multiaddr protocol has the code " + code);
    }

    /** The name as it stands in an address. */
    @Override
    public String toString() {
        return text;
    }
}
