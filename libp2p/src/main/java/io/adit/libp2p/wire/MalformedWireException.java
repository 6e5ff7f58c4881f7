package io.adit.libp2p.wire;

/** Bytes or text that are not what their format demands; the message says which rule was broken. */
public final class MalformedWireException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public MalformedWireException(String message) {
        super(message);
    }

    public MalformedWireException(String message, Throwable cause) {
        super(message, cause);
    }
}
