package io.adit.chain.message;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;

/** A sender cannot pay for a message ({@link MessageErrorCode#MESSAGE_INSUFFICIENT_FUNDS}). */
public final class InsufficientFundsException extends AditException {
    private final transient Address sender;
    private final transient TokenAmount required;
    private final transient TokenAmount available;

    InsufficientFundsException(String what, Address sender, TokenAmount required, TokenAmount available) {
        super(
                MessageErrorCode.MESSAGE_INSUFFICIENT_FUNDS,
                "Sending %s from %s needs %s, but only %s is free there; send at least %s to it"
                        .formatted(what, sender, required, available, required.minus(available)));
        this.sender = sender;
        this.required = required;
        this.available = available;
    }

    /** Who has to pay. */
    public Address sender() {
        return sender;
    }

    /** Value and gas of the message. */
    public TokenAmount required() {
        return required;
    }

    /** Balance less what messages under way may cost; may be negative. */
    public TokenAmount available() {
        return available;
    }
}
