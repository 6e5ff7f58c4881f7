package io.adit.market.bitswap;

import io.adit.core.ipld.Cid;

/** Whether a block is here; only version 1.2.0 can say so. */
record Presence(Cid cid, boolean isHere) {}
