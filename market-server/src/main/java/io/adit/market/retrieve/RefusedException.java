package io.adit.market.retrieve;

import io.adit.core.error.AditException;
import java.util.OptionalLong;

/** A request that is not served, with what the client is told. */
final class RefusedException extends AditException {
    private final RefusalCode refusal;
    private final String limit;
    private final OptionalLong rangeSize;

    /**
     * Refuses a request.
     *
     * @param message what is wrong with it
     * @param limit what would be accepted; empty where nothing would
     */
    RefusedException(RefusalCode code, String message, String limit) {
        this(code, message, limit, OptionalLong.empty());
    }

    private RefusedException(RefusalCode code, String message, String limit, OptionalLong rangeSize) {
        super(code, message);
        this.refusal = code;
        this.limit = limit;
        this.rangeSize = rangeSize;
    }

    /** A range that names no byte of a representation of {@code size} bytes. */
    static RefusedException range(String message, long size) {
        return new RefusedException(
                RefusalCode.RANGE_NOT_SATISFIABLE, message, "ranges within " + size + " bytes", OptionalLong.of(size));
    }

    /** The size that a range did not fit into. */
    OptionalLong rangeSize() {
        return rangeSize;
    }

    RefusalCode refusal() {
        return refusal;
    }

    String limit() {
        return limit;
    }
}
