package io.adit.devnet.chain;

/** Who makes the blocks. */
public enum Production {
    /** The devnet makes one for every epoch; blocks of providers are refused. */
    BY_DEVNET,

    /**
     * The providers that have power; an epoch for which none of their blocks comes before the next one begins is a null round.
     * As long as nobody is eligible the devnet makes the blocks, or nobody could ever win power.
     */
    BY_MINERS,

    /** As {@link #BY_MINERS}, but the devnet makes the block of an epoch for which none came. */
    BY_MINERS_AND_DEVNET;

    /** Whether blocks of providers are taken. */
    public boolean takesBlocks() {
        return this != BY_DEVNET;
    }
}
