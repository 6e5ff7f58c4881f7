package io.adit.chain.message;

import io.adit.core.error.AditException;

/** A message of a sender is neither on the chain nor in the pool, and the node refuses it: nothing after it can be executed. */
final class BlockedMessageException extends AditException {
    private static final long serialVersionUID = 1;

    private final transient SignedWish blocker;

    BlockedMessageException(SignedWish blocker, String text, Throwable refusal) {
        super(MessageErrorCode.MESSAGE_BLOCKED, text, refusal);
        this.blocker = blocker;
    }

    SignedWish blocker() {
        return blocker;
    }
}
