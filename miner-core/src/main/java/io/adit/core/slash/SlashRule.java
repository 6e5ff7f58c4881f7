package io.adit.core.slash;

/** Why a block may not be signed. The first three are the chain's faults, the others keep unknown ones away. */
public enum SlashRule {
    /** Another block at the same epoch is signed. */
    DOUBLE_FORK,
    /** A block at another epoch is signed on the same parents. */
    TIME_OFFSET,
    /** The miner's own block at the parents' epoch is not among the parents, and may be a sibling of theirs. */
    PARENT_GRINDING,
    /** Epochs only rise: a block at a later epoch is signed. */
    HIGH_WATER,
    /** The parents are not above the floor, so a signed block that the log does not know may clash with this one. */
    UNKNOWN_HISTORY
}
