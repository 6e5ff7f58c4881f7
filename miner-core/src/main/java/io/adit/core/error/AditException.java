package io.adit.core.error;

import java.util.Objects;

/**
 * A failure with a code.
 *
 * <p>The message says what was being done, to what, what happened and what to do about it.
 */
public class AditException extends RuntimeException {
    private final transient ErrorCode code;

    public AditException(ErrorCode code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code);
    }

    public AditException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
    }

    public ErrorCode code() {
        return code;
    }

    public ErrorKind kind() {
        return code.kind();
    }
}
