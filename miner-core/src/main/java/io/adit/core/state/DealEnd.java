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
        EXPIRED("it lasted as long as was agreed"),
        /** Its sector was lost, and its collateral with it. */
        SLASHED("its sector was lost, and the deal's collateral with it"),
        /** The operator terminated its sector, which costs the collateral of a published deal, too. */
        TERMINATED("the operator terminated its sector"),
        /** A direct deal, which has no collateral: the chain has ended its sector. */
        LOST(
                "the chain has ended its sector before the deal's end: it was terminated, was faulty for too long, or expired");

        private final String meaning;

        Ending(String meaning) {
            this.meaning = meaning;
        }

        /** For an operator, as a part of a sentence. */
        public String meaning() {
            return meaning;
        }
    }
}
