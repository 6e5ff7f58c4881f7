package io.adit.proofs;

import io.adit.core.error.AditException;

/** A proof call that gave no answer; {@link #error()} says why. */
public final class ProofsException extends AditException {
    private static final long serialVersionUID = 1L;

    private final ProofsError error;

    public ProofsException(ProofsError error, String message) {
        super(error, message);
        this.error = error;
    }

    public ProofsException(ProofsError error, String message, Throwable cause) {
        super(error, message, cause);
        this.error = error;
    }

    public ProofsError error() {
        return error;
    }
}
