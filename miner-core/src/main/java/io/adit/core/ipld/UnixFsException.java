package io.adit.core.ipld;

import io.adit.core.error.AditException;
import io.adit.core.error.CoreErrorCode;

/** A UnixFS graph that cannot be read. */
public final class UnixFsException extends AditException {
    UnixFsException(String problem) {
        super(CoreErrorCode.MALFORMED_UNIXFS, "cannot read UnixFS: " + problem);
    }

    UnixFsException(String problem, Throwable cause) {
        super(CoreErrorCode.MALFORMED_UNIXFS, "cannot read UnixFS: " + problem, cause);
    }
}
