package io.adit.chain.actor;

/** How much of anything is read from parameters and returns before it is refused. */
final class ActorLimits {
    /** Items of one list: the limit of Lotus's decoders. */
    static final int MAX_ITEMS = 8192;

    /** One proof or header: an aggregate of 819 sectors is under 82 KB. */
    static final int MAX_PROOF = 2 << 20;

    /** Small byte strings: peer IDs, multiaddrs, notification payloads. */
    static final int MAX_PAYLOAD = 64 << 10;

    private ActorLimits() {}
}
