package io.adit.libp2p.gossipsub;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** How a message's ID follows from it; the same for everybody in a topic. */
@FunctionalInterface
public interface MessageIdRule {
    /** The author's peer ID and its sequence number, as the specification has it for signed messages. */
    MessageIdRule AUTHOR_AND_SEQUENCE = message -> {
        var author = message.from().orElseGet(() -> new byte[0]);
        var sequence = message.sequence().orElseGet(() -> new byte[0]);
        var id = new byte[author.length + sequence.length];
        System.arraycopy(author, 0, id, 0, author.length);
        System.arraycopy(sequence, 0, id, author.length, sequence.length);
        return MessageId.of(id);
    };

    /** SHA-256 of the data, for messages that name no author. */
    MessageIdRule CONTENT = message -> {
        try {
            return MessageId.of(MessageDigest.getInstance("SHA-256").digest(message.content()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    };

    /** The message is dropped where the ID has more than {@value MessageId#MAX_BYTES} bytes. */
    MessageId idOf(PubsubMessage message);
}
