package io.adit.devnet.chain;

import io.adit.core.ipld.Cid;

/** A state older than the chain keeps was asked for; the text is Lotus's for a state that its store has discarded. */
public final class StateDroppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StateDroppedException(Cid root) {
        super("failed to load state tree: failed to load state tree " + root + ": failed to load hamt node: ipld: could"
                + " not find " + root);
    }
}
