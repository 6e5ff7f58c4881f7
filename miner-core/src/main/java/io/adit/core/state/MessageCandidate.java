package io.adit.core.state;

import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * One of the messages that were signed for a wish. All of a wish carry one nonce, so at most one of them is executed.
 *
 * @param intentKey the wish
 * @param number 1 for the first; each later one replaces those before it
 * @param cid of the signed message as the chain names it
 * @param signedMessage CBOR
 * @param signedAt the chain's head when it was signed; {@link Epoch#UNDEFINED} for one of the first schema, until it is dated
 * @param taken whether a node's pool has had it
 */
@RecordBuilder
public record MessageCandidate(
        String intentKey,
        int number,
        Cid cid,
        Purpose purpose,
        Bytes signedMessage,
        Epoch signedAt,
        boolean taken,
        Instant createdAt)
        implements MessageCandidateBuilder.With {

    /** What its execution means for the wish. */
    public enum Purpose {
        /** It is what was wanted. */
        SEND,
        /** It uses the nonce for nothing, so that what was wanted can never be executed: somebody gave it up. */
        CANCEL,
        /** It uses the nonce for nothing, so that what waits behind it can be executed; what was wanted is to be sent anew. */
        MAKE_WAY
    }
}
