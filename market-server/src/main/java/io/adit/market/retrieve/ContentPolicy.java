package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;

/** What the operator refuses to serve. Asked with the CID of every piece and block on its way out. */
@FunctionalInterface
public interface ContentPolicy {
    /** Serves everything. */
    ContentPolicy SERVE_ALL = cid -> false;

    /** Whether requests for this CID are answered 451. */
    boolean isBlocked(Cid cid);

    /**
     * Whether requests for a path below the CID are answered 451.
     *
     * @param path without a slash before and behind; empty for the CID itself
     */
    default boolean isBlocked(Cid cid, String path) {
        return isBlocked(cid);
    }
}
