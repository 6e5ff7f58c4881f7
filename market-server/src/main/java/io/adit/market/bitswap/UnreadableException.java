package io.adit.market.bitswap;

import io.adit.market.retrieve.ServedBlocks;
import java.io.IOException;

/** A block could not be read while it was being sent, so that the message has no end. */
final class UnreadableException extends IOException {
    private final transient ServedBlocks.Block block;

    UnreadableException(ServedBlocks.Block block, IOException cause) {
        super(cause.getMessage(), cause);
        this.block = block;
    }

    ServedBlocks.Block block() {
        return block;
    }
}
