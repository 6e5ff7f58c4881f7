package io.adit.devnet.pool;

/** The pool does not take a message; the text is Lotus's. */
public final class MessageRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MessageRefusedException(String message) {
        super(message);
    }
}
