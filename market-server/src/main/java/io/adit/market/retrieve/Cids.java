package io.adit.market.retrieve;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;

/** CIDs in paths. */
final class Cids {
    /** An identity CID of 128 bytes takes about 230 characters. */
    private static final int MAX_TEXT = 256;

    private Cids() {}

    /**
     * Parses a path segment.
     *
     * @throws RefusedException when it is not a CID
     */
    static Cid parse(String text) {
        if (text.length() > MAX_TEXT) {
            throw new RefusedException(
                    RefusalCode.BAD_CID, "a CID of " + text.length() + " characters", "at most " + MAX_TEXT);
        }
        try {
            return Cid.parse(text);
        } catch (InvalidValueException e) {
            throw new RefusedException(RefusalCode.BAD_CID, "not a CID", e.limit());
        }
    }
}
