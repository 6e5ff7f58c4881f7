package io.adit.libp2p.gossipsub;

/** Why a message was not taken, and whether that is the fault of whoever passed it on. */
enum Rejection {
    MISSING_SIGNATURE,
    INVALID_SIGNATURE,
    /** Signed, or with an author, where the policy is that nobody signs. */
    UNEXPECTED_SIGNATURE,
    /** It claims to be this host's own. */
    SELF_ORIGIN,
    /** A validator found it invalid. */
    INVALID,
    /** A validator wants it passed on by nobody, and nobody blamed. */
    IGNORED;

    /** Found before the ID could be trusted: only who passed it on is to blame, the ID means nothing. */
    boolean isObvious() {
        return this != INVALID && this != IGNORED;
    }

    /** The promise to deliver it was not kept by delivering this. */
    boolean breaksPromise() {
        return this == MISSING_SIGNATURE || this == INVALID_SIGNATURE;
    }
}
