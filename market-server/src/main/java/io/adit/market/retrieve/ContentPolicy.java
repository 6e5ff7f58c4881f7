package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;

/** What the operator refuses to serve. Asked with the CID of every piece, root and block requested by name. */
@FunctionalInterface
public interface ContentPolicy {
    /** Serves everything. */
    ContentPolicy SERVE_ALL = cid -> false;

    /** Whether requests for this CID are answered 451. */
    boolean isBlocked(Cid cid);
}
