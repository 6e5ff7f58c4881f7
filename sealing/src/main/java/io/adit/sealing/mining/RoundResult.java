package io.adit.sealing.mining;

import io.adit.core.error.ErrorCode;
import io.adit.core.fil.Epoch;
import java.util.Optional;

/**
 * How a round ended.
 *
 * @param code of what went wrong, where something did
 * @param note in words; empty where there is nothing to say
 */
public record RoundResult(Epoch epoch, Outcome outcome, Optional<ErrorCode> code, String note) {

    /** The ways a round ends. */
    public enum Outcome {
        /** The chain does not let this miner win at this epoch: no power at the lookback, a fault, too few sectors. */
        NOT_ELIGIBLE,
        /** The election went to others. */
        NOT_WON,
        /** The journal has this epoch already: an earlier run of the node was in it. */
        DONE_BEFORE,
        /** A block was handed to the node. */
        SUBMITTED,
        /** The slash guard did not let the block be signed. */
        REFUSED,
        /** It was over before it was done. */
        LATE,
        /** Something failed. */
        FAILED
    }

    static RoundResult of(Epoch epoch, Outcome outcome) {
        return new RoundResult(epoch, outcome, Optional.empty(), "");
    }
}
