package io.adit.chain.head;

/** How updates reach a listener that is slower than the chain. */
public enum Delivery {
    /** Every update by itself, as long as not too many wait; those that wait beyond that are merged. */
    EVERY,
    /** All updates that wait are merged into one: same head, same reverted and applied tipsets in the end. */
    COALESCED
}
