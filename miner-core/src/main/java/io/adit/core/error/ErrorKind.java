package io.adit.core.error;

/** Who can do something about an error. */
public enum ErrorKind {
    /** The operator must change the configuration, a file or a request. */
    OPERATOR,
    /** Another machine did not answer, or answered with nonsense; trying again may help. */
    NETWORK,
    /** The chain refused, and will refuse again until its state changes. */
    CHAIN,
    /** A disk, a GPU or memory failed. */
    HARDWARE,
    /** Adit itself is wrong; report it. */
    BUG
}
