package io.adit.core.state;

/** How far a message to the chain has come. */
public enum MessageState {
    /** Wanted, without a nonce. */
    INTENT,
    /** Signed and stored; perhaps never pushed. */
    SIGNED,
    /** Taken by a node's message pool. */
    PUSHED,
    /** Executed with exit code 0. */
    DONE,
    /** Executed with another exit code, or given up. */
    FAILED,
    /** Given up, by the operator or since nobody wants it any more; nothing that was signed for it can be executed any more. */
    CANCELLED
}
