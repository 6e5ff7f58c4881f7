package io.adit.core.slash;

/** Why the guard does not know what this miner has signed. In doubt it permits nothing. */
public enum Doubt {
    /** The chain has not been looked at since the start: call {@link SlashGuard#resume}. */
    CHAIN_NOT_SEEN("the chain has not been looked at since the start"),
    /** Log or anchor could not be written, or is gone; both are read again until they can be. */
    LOG_UNWRITABLE(
            "the log or its anchor could not be written, or is gone; it goes on by itself once both are there and can be written"),
    /** There is no log. */
    LOG_MISSING("there is no log"),
    /** The log is damaged elsewhere than in an unfinished last record. */
    LOG_DAMAGED("the log is damaged"),
    /** The log has no anchor: it was moved here without one. */
    ANCHOR_MISSING("the log's anchor is missing: the log was copied here, or the anchor was lost"),
    /** The anchor belongs to another log of this miner. */
    ANCHOR_FOREIGN("the anchor belongs to another log of this miner: this log was given up for another one"),
    /** The anchor remembers later epochs than the log: the log is a restored backup. */
    LOG_BEHIND_ANCHOR("the anchor remembers later epochs than the log: the log was restored from a backup"),
    /** The log lies in another file than the one it was written into: somebody else may write to that one. */
    LOG_COPIED("the log is a copy of another file: a clone of this directory may run, or a backup was restored"),
    /** The chain has a block of this miner that the log does not know: another copy signs. */
    UNKNOWN_OWN_BLOCK("the chain has a block of this miner that is not in the log: another copy signed it");

    private final String sentence;

    Doubt(String sentence) {
        this.sentence = sentence;
    }

    /** What is wrong, for the operator. */
    public String sentence() {
        return sentence;
    }
}
