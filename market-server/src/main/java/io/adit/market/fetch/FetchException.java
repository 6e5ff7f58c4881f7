package io.adit.market.fetch;

import io.adit.core.error.AditException;

/** Data could not be fetched. The message never holds anything that the server sent besides a status number. */
public final class FetchException extends AditException {
    private final FetchErrorCode reason;

    public FetchException(FetchErrorCode reason, String message) {
        super(reason, message);
        this.reason = reason;
    }

    public FetchException(FetchErrorCode reason, String message, Throwable cause) {
        super(reason, message, cause);
        this.reason = reason;
    }

    public FetchErrorCode reason() {
        return reason;
    }
}
