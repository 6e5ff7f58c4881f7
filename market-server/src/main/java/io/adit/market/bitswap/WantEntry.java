package io.adit.market.bitswap;

import io.adit.core.ipld.Cid;

/**
 * One entry of a peer's wantlist.
 *
 * @param priority higher ones are answered first
 * @param kind what is asked
 * @param sendDontHave whether the peer is to be told where the block is not here
 */
record WantEntry(Cid cid, int priority, Kind kind, boolean sendDontHave) {
    /** What a peer wants. */
    enum Kind {
        /** The block. */
        BLOCK,
        /** To know whether it is here. */
        HAVE,
        /** It no longer. */
        CANCEL
    }
}
