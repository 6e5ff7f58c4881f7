package io.adit.chain.node.eth;

import io.adit.core.fil.Epoch;

/** Which state a question is about (EIP-1898; Lotus {@code EthBlockNumberOrHash}). */
public sealed interface EthBlockParam {

    /** The last tipset whose messages were run: the parent of the head. */
    EthBlockParam LATEST = Named.LATEST;

    /** A block that has a name. */
    enum Named implements EthBlockParam {
        /** Genesis; Lotus refuses it for state. */
        EARLIEST,
        /** The head, whose messages have not been run; for nonces what waits in the pool counts too. */
        PENDING,
        /** The last tipset whose messages were run. */
        LATEST,
        /** Thirty epochs before the latest, or what F3 has finalized. */
        SAFE,
        /** What F3 has finalized, or 900 epochs before the latest. */
        FINALIZED
    }

    /** The tipset of an epoch; a null round is refused. */
    record AtEpoch(Epoch epoch) implements EthBlockParam {}

    /**
     * A tipset by its hash.
     *
     * @param requireCanonical whether one that is not on the node's chain is refused
     */
    record Hash(EthHash hash, boolean requireCanonical) implements EthBlockParam {}
}
