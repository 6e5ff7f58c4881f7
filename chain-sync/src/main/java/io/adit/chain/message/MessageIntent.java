package io.adit.chain.message;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.util.Arrays;
import java.util.Optional;

/**
 * The wish to send a message once.
 *
 * @param key what it is for, for example {@code precommit/17}; the same key never leads to a second message
 * @param from the sender's key address (f1 or f3), whose key the signer has
 * @param value attoFIL to send along
 * @param maxFee most that gas limit times fee cap may be, also of a message that replaces another; zero leaves it to the node
 * @param due the epoch by which it has to be executed to be of use; the nearer it is, the sooner a stuck message is replaced
 */
public record MessageIntent(
        String key,
        Address from,
        Address to,
        TokenAmount value,
        long method,
        byte[] params,
        TokenAmount maxFee,
        MessagePriority priority,
        Optional<Epoch> due) {

    private static final int MAX_KEY = 200;

    public MessageIntent {
        if (key.isBlank() || key.length() > MAX_KEY) {
            throw new InvalidValueException("message key", key, "1 to " + MAX_KEY + " characters");
        }
        if (!from.isKey()) {
            throw new InvalidValueException("sender of message " + key, from, "a key address (f1 or f3)");
        }
        if (value.isNegative() || maxFee.isNegative()) {
            throw new InvalidValueException("value or fee limit of message " + key, value, "not negative");
        }
        params = params.clone();
    }

    /** A message that is of use whenever it is executed. */
    public MessageIntent(
            String key,
            Address from,
            Address to,
            TokenAmount value,
            long method,
            byte[] params,
            TokenAmount maxFee,
            MessagePriority priority) {
        this(key, from, to, value, method, params, maxFee, priority, Optional.empty());
    }

    MessageIntent withFrom(Address sender) {
        return new MessageIntent(key, sender, to, value, method, params, maxFee, priority, due);
    }

    MessageIntent withMaxFee(TokenAmount limit) {
        return new MessageIntent(key, from, to, value, method, params, limit, priority, due);
    }

    /** The same, of use only until that epoch. */
    public MessageIntent dueBy(Epoch epoch) {
        return new MessageIntent(key, from, to, value, method, params, maxFee, priority, Optional.of(epoch));
    }

    @Override
    public byte[] params() {
        return params.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageIntent that
                && key.equals(that.key)
                && from.equals(that.from)
                && to.equals(that.to)
                && value.equals(that.value)
                && method == that.method
                && Arrays.equals(params, that.params)
                && maxFee.equals(that.maxFee)
                && priority == that.priority
                && due.equals(that.due);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }
}
