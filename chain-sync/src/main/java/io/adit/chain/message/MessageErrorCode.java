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
            The node's message pool refused the message for what it is. If this was the first time that it was pushed, its nonce \
            is free again and the next attempt makes a new message; else the same bytes are pushed again later."""),
    MESSAGE_BLOCKED(ErrorKind.CHAIN, """
            An older message of the same sender, named in the text, is neither on the chain nor in the node's pool, and the node \
            refuses it. Until it is accepted no later message of that sender can be executed. Nothing was signed. See why the \
            older one is refused: mostly its fee cap is below the base fee, or the sender lacks funds."""),
    MESSAGE_NONCE_TAKEN(ErrorKind.OPERATOR, """
            Another message from the same address was executed with the nonce of this one; the text says which. Either another \
            program uses the same key: give it to one program only. Or the nonce was used for nothing, because the message could \
            not be paid for and a window proof or a declaration waited behind it. This message can never be executed; what it was \
            for is made anew, mostly by itself."""),
    MESSAGE_CANCELLED(ErrorKind.OPERATOR, """
            The operator cancelled the message: its nonce was used for nothing, or it was dropped before it was signed. It is not \
            sent any more. What it was for has to be asked for anew."""),
    MESSAGE_WAITS(ErrorKind.CHAIN, """
            The message can wait and the base fee is high at present, so it is not signed yet (messages.base-fee-percentile). It \
            goes out when the base fee falls, or when it has waited for messages.base-fee-wait. Nothing is to be done."""),
    MESSAGE_LANE_CAP(ErrorKind.OPERATOR, """
            The lane has spent what the configuration allows it in a day (messages.max-fee-per-day, UTC). Messages under way count \
            with the most that they may cost. Nothing was signed. It goes out after midnight UTC, or when the cap is raised."""),
    MESSAGE_NOT_UNDER_WAY(ErrorKind.OPERATOR, """
            The message is not signed yet, or has ended, so there is nothing to replace or cancel; the text says which."""),
    MESSAGE_KEEP(ErrorKind.OPERATOR, """
            Cancelling this message would cost more than its gas: power, a penalty or a deposit. --really-do-it does it all the \
            same."""),
    MESSAGE_BAD_FEES(ErrorKind.OPERATOR, """
            A message pool would not take a replacement with these fees, or no block would; the text says what is needed at \
            least."""),
    MESSAGE_FATE_UNKNOWN(ErrorKind.NETWORK, """
            The message's nonce is used on the chain, but the node has neither the message nor the history that would tell whether \
            it was this one or another, as after the import of a snapshot. Nothing is changed and nothing is sent again. Ask a \
            node that has the history; asking again later does no harm."""),
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
