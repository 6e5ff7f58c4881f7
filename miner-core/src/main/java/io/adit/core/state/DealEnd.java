package io.adit.core.state;

import io.adit.core.fil.Epoch;

/**
 * How a deal that was in a proven sector came to its end on the chain.
 *
 * @param epoch when, or when it was noticed
 */
public record DealEnd(Ending ending, Epoch epoch) {
    /** The ways. */
    public enum Ending {
        /** It lasted as long as was agreed. */
        EXPIRED,
        /** Its sector was lost, and its collateral with it. */
        SLASHED,
        /** The operator terminated its sector, which costs the collateral, too. */
        TERMINATED
    }
}
