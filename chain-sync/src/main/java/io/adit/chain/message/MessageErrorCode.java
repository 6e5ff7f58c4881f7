package io.adit.chain.message;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Why a message could not be sent. */
public enum MessageErrorCode implements ErrorCode {
    MESSAGE_INSUFFICIENT_FUNDS(ErrorKind.OPERATOR, """
            The sender's balance, less what messages still under way may cost, does not cover the value and the gas of the \
            message. Nothing was signed. Send FIL to the address, or lower the fee limit if that is what asks for so much."""),
    MESSAGE_FEE_LIMIT(ErrorKind.OPERATOR, """
            The configured fee limit buys less per gas unit than the network's base fee, so the message would not be taken into a \
            block and everything behind it would wait. Nothing was signed. Wait for the base fee to fall, or raise the limit."""),
    MESSAGE_WOULD_FAIL(ErrorKind.CHAIN, """
            The node ran the message on its present state and it failed; the text says with which exit code. Nothing was signed. \
            The chain's state has to change first, or the message is wrong."""),
    MESSAGE_REFUSED(ErrorKind.CHAIN, """
            The node's message pool refused the message for what it is. If it had never been accepted before, its nonce is free \
            again and the next attempt makes a new message."""),
    MESSAGE_NONCE_TAKEN(ErrorKind.OPERATOR, """
            Another message from the same address was executed with the nonce of this one: another program uses the same key. This \
            message can never be executed. Give the key to one program only."""),
    MESSAGE_KEY_REUSED(ErrorKind.BUG, """
            Another message was asked for under the key of one that is signed already. Only the first was made."""),
    MESSAGE_UNKNOWN(ErrorKind.BUG, "No message was ever asked for under this key.");

    private final ErrorKind kind;
    private final String explanation;

    MessageErrorCode(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
