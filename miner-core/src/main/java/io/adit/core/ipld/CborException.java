package io.adit.core.ipld;

import io.adit.core.error.AditException;
import io.adit.core.error.CoreErrorCode;

/** Bytes that are not the DAG-CBOR that was expected. */
public final class CborException extends AditException {
    private final int position;

    public CborException(int position, String problem) {
        super(CoreErrorCode.MALFORMED_CBOR, "cannot read CBOR at byte " + position + ": " + problem);
        this.position = position;
    }

    public CborException(int position, String problem, Throwable cause) {
        super(CoreErrorCode.MALFORMED_CBOR, "cannot read CBOR at byte " + position + ": " + problem, cause);
        this.position = position;
    }

    /** The byte at which the item that was refused begins. */
    public int position() {
        return position;
    }
}
