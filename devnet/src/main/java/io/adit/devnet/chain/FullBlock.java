package io.adit.devnet.chain;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.SignedMessage;
import io.adit.core.keys.SignatureType;
import java.util.List;
import java.util.stream.Stream;

/**
 * A block with its messages.
 *
 * @param messages in the order in which they run: those of BLS senders first, as Filecoin orders them
 */
public record FullBlock(BlockHeader header, List<SignedMessage> messages) {
    public FullBlock {
        messages = ordered(messages);
    }

    static List<SignedMessage> ordered(List<SignedMessage> messages) {
        return Stream.concat(
                        messages.stream().filter(FullBlock::isBls),
                        messages.stream().filter(message -> !isBls(message)))
                .toList();
    }

    /** Whether a message's signature is in the block's aggregate. */
    static boolean isBls(SignedMessage message) {
        return message.signature().type() == SignatureType.BLS;
    }

    /** Messages whose signatures are in the aggregate. */
    public List<SignedMessage> bls() {
        return messages.stream().filter(FullBlock::isBls).toList();
    }

    /** Messages that carry their own signature. */
    public List<SignedMessage> others() {
        return messages.stream().filter(message -> !isBls(message)).toList();
    }
}
