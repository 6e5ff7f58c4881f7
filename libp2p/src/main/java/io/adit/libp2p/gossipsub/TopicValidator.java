package io.adit.libp2p.gossipsub;

/** Decides about each message of a topic before anybody gets to see it. */
@FunctionalInterface
public interface TopicValidator {
    /** What becomes of a message. */
    enum Verdict {
        /** Delivered and passed on. */
        ACCEPT,
        /** Dropped; peers that deliver it are blamed for it (P4). */
        REJECT,
        /** Dropped; nobody is blamed. */
        IGNORE
    }

    /**
     * Called on the thread that reads from the peer, several at once; nothing more is read from that peer before it returns.
     * An exception is as good as {@link Verdict#IGNORE}.
     */
    Verdict validate(GossipMessage message);
}
