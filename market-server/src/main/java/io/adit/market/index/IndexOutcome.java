package io.adit.market.index;

import io.adit.core.error.ErrorCode;

/** How indexing a piece ended. */
public sealed interface IndexOutcome {
    /**
     * Every block of the piece can be found.
     *
     * @param blocks blocks in it
     */
    record Indexed(long blocks) implements IndexOutcome {}

    /**
     * The piece is not a CAR that can be indexed; it is served whole under its piece CID.
     *
     * @param code {@link IndexErrorCode#INDEX_PIECE_MALFORMED}
     * @param reason what is wrong and at which byte
     */
    record Refused(ErrorCode code, String reason) implements IndexOutcome {}
}
