package io.adit.libp2p;

import java.io.IOException;

/** What went wrong on a connection or stream. {@link #kind()} says what a caller may do about it. */
public final class Libp2pException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** The ways in which talking to a peer fails. */
    public enum Kind {
        /** Nobody answered at the address, or it cannot be dialled. Another address or another time may do. */
        UNREACHABLE,
        /** A deadline passed. */
        TIMEOUT,
        /** The remote reset the stream: it wants nothing more of this exchange. */
        STREAM_RESET,
        /** The stream or connection was closed on this side. */
        CLOSED,
        /** The connection ended underneath the stream. */
        CONNECTION_LOST,
        /** The remote is not who it was said to be, or could not prove who it is. */
        IDENTITY,
        /** The remote speaks none of the protocols asked for. */
        UNSUPPORTED_PROTOCOL,
        /** The remote broke the rules of a protocol; its connection is closed. */
        PROTOCOL_VIOLATION,
        /** One of this host's limits was reached; the message names it. */
        LIMIT
    }

    public Libp2pException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Libp2pException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The same failure raised again for another caller, so that the stack trace is that caller's. */
    public Libp2pException again() {
        return new Libp2pException(kind, String.valueOf(getMessage()), this);
    }
}
