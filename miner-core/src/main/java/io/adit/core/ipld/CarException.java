package io.adit.core.ipld;

import io.adit.core.error.AditException;
import io.adit.core.error.CoreErrorCode;

/** A CAR archive that cannot be read, or a block in it that is not what it claims to be. */
public final class CarException extends AditException {
    private CarException(CoreErrorCode code, String message) {
        super(code, message);
    }

    private CarException(CoreErrorCode code, String message, Throwable cause) {
        super(code, message, cause);
    }

    static CarException malformed(long offset, String problem) {
        return new CarException(
                CoreErrorCode.MALFORMED_CAR, "cannot read the CAR archive at byte " + offset + ": " + problem);
    }

    static CarException malformed(long offset, String problem, Throwable cause) {
        return new CarException(
                CoreErrorCode.MALFORMED_CAR, "cannot read the CAR archive at byte " + offset + ": " + problem, cause);
    }

    static CarException mismatch(long offset, Cid cid) {
        return new CarException(
                CoreErrorCode.BLOCK_HASH_MISMATCH,
                "the block at byte " + offset + " of the CAR archive does not hash to its CID " + cid
                        + "; fetch the archive again");
    }
}
