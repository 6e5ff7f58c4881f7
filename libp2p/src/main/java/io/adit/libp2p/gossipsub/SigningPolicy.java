package io.adit.libp2p.gossipsub;

/** Whether messages carry their author's signature (pubsub specification, "Signature Policy Options"). */
public enum SigningPolicy {
    /** Own messages are signed; others without a right signature are refused, and whoever passed them on blamed. */
    STRICT_SIGN,
    /** No message has an author or a signature; those that have are refused, and whoever passed them on blamed. */
    STRICT_NO_SIGN
}
