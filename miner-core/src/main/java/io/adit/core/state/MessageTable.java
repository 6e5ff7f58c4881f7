package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Messages to the chain. */
public interface MessageTable {
    /** Adds an intent unless its key is known; answers whether it was new. */
    boolean insertIfAbsent(MessageRecord message);

    /** The message for this intent. */
    Optional<MessageRecord> find(String intentKey);

    /** The message with this CID, or with a candidate that has it. */
    Optional<MessageRecord> findByCid(Cid cid);

    /** Messages in one state, by priority (largest first), then age. */
    List<MessageRecord> listInState(MessageState state);

    /** Signed messages whose outcome is not known, or not deep enough in the chain, lowest nonce first. */
    List<MessageRecord> listUnderWay();

    /** All messages, newest first, at most {@code limit}. */
    List<MessageRecord> recent(int limit);

    /** Messages of a sender that are signed with this nonce or a later one, lowest nonce first. */
    List<MessageRecord> listFromNonce(Address from, long lowest);

    /** The highest nonce this store ever signed for the address. */
    OptionalLong highestNonce(Address from);

    /**
     * Replaces the stored message if its version is still the given one.
     *
     * @return the record with its new version
     * @throws io.adit.core.error.AditException {@link StateErrorCode#STATE_STALE_RECORD}, or
     *     {@link StateErrorCode#STATE_DUPLICATE} if the nonce is taken by another message of the same sender
     */
    MessageRecord update(MessageRecord message);

    /** Adds a signed message; its CID and its number must be new. */
    void addCandidate(MessageCandidate candidate);

    /** All messages that were signed for a wish, the first one first. */
    List<MessageCandidate> candidates(String intentKey);

    /** Wishes that something was signed for at that time or later. */
    List<MessageRecord> signedSince(Instant since);

    /** Notes that a node's pool has the message. */
    void candidateTaken(Cid cid);

    /** Forgets the messages signed for a wish: only where nobody can have any of them. */
    void removeCandidates(String intentKey);

    /** Forgets one message that was signed: only where nobody can have it. */
    void removeCandidate(Cid cid);

    /**
     * Gives messages whose epoch of signing is not known (those of the first schema, {@link Epoch#UNDEFINED}) one.
     *
     * @return how many there were
     */
    int dateCandidates(Epoch signedAt);
}
