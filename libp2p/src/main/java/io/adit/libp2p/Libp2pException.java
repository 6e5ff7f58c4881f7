package io.adit.libp2p;

import io.adit.libp2p.resource.Refusal;
import java.io.IOException;
import java.util.Optional;

/** What went wrong on a connection or stream. {@link #kind()} says what a caller may do about it. */
public final class Libp2pException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private transient Optional<Refusal> refusal = Optional.empty();

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

    /** A limit of this host has refused something. */
    public static Libp2pException refused(String what, Refusal refusal) {
        var refused = new Libp2pException(Kind.LIMIT, what + ": " + refusal);
        refused.refusal = Optional.of(refusal);
        return refused;
    }

    /** Which limit it was, for kind LIMIT where it is one of {@link io.adit.libp2p.resource.ResourceLimits}. */
    public Optional<Refusal> refusal() {
        return refusal;
    }

    public Kind kind() {
        return kind;
    }

    /** The same failure raised again for another caller, so that the stack trace is that caller's. */
    public Libp2pException again() {
        var raised = new Libp2pException(kind, String.valueOf(getMessage()), this);
        raised.refusal = refusal;
        return raised;
    }
}
