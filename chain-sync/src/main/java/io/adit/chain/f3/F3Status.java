package io.adit.chain.f3;

import io.adit.chain.node.F3ParticipationLease;

/** How the miner's part in F3 stands. */
public sealed interface F3Status {

    /**
     * The node votes for the miner.
     *
     * @param lease from the instance that ran when it was last looked at
     * @param keyMissing whether the node's wallet lacks the worker's key, so that its votes cannot be signed
     */
    record Participating(F3ParticipationLease lease, boolean keyMissing) implements F3Status {}

    /**
     * It does not, for now; it is tried again.
     *
     * @param why for people
     */
    record Waiting(F3Refusal refusal, String why) implements F3Status {}

    /**
     * It cannot: the node has no F3. Looked at again now and then, since nodes are upgraded.
     *
     * @param why for people
     */
    record Off(String why) implements F3Status {}

    /** Whether the node holds a lease, as last seen. */
    default boolean participating() {
        return this instanceof Participating;
    }

    /** One line for people. */
    default String describe() {
        return switch (this) {
            case Participating on ->
                "participating, instances %d to %d of %s%s"
                        .formatted(
                                on.lease().fromInstance(),
                                on.lease().fromInstance() + on.lease().validityTerm(),
                                on.lease().network(),
                                on.keyMissing()
                                        ? "; but the full node's wallet lacks the worker's key, so it cannot sign"
                                        : "");
            case Waiting waiting -> "waiting: " + waiting.why();
            case Off off -> "off: " + off.why();
        };
    }
}
