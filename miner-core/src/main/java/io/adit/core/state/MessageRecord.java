package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message to the chain, from the wish to the receipt.
 *
 * @param intentKey what it is for, for example {@code precommit/17}; unique, so a wish is sent once
 * @param from the sender's key address; together with the nonce unique
 * @param maxFee upper bound of gas limit times fee cap
 * @param nonce set with the signature
 * @param signedMessage CBOR; pushed again unchanged after a crash
 * @param cid of the signed message as the chain names it
 * @param minedHeight epoch of the tipset that holds it
 * @param priority larger goes first
 * @param error the last failure in words
 * @param version counts updates, see {@link MessageTable#update}
 */
public record MessageRecord(
        String intentKey,
        Address from,
        Address to,
        TokenAmount value,
        long method,
        Bytes params,
        TokenAmount maxFee,
        int priority,
        MessageState state,
        OptionalLong nonce,
        Optional<Bytes> signedMessage,
        Optional<Cid> cid,
        Optional<Epoch> minedHeight,
        OptionalLong exitCode,
        Optional<Bytes> returnValue,
        Optional<String> error,
        Instant createdAt,
        Instant updatedAt,
        long version) {
    /** A message that is wanted and not yet signed. */
    public static MessageRecord intent(
            String intentKey,
            Address from,
            Address to,
            TokenAmount value,
            long method,
            Bytes params,
            TokenAmount maxFee,
            int priority,
            Instant now) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                MessageState.INTENT,
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now,
                0);
    }

    /** This record with another state. */
    public MessageRecord withState(MessageState state) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the nonce set. */
    public MessageRecord withNonce(long nonce) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                OptionalLong.of(nonce),
                signedMessage,
                cid,
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the signedMessage set. */
    public MessageRecord withSignedMessage(Bytes signedMessage) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                Optional.of(signedMessage),
                cid,
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the cid set. */
    public MessageRecord withCid(Cid cid) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                Optional.of(cid),
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the minedHeight set. */
    public MessageRecord withMinedHeight(Epoch minedHeight) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                Optional.of(minedHeight),
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the exitCode set. */
    public MessageRecord withExitCode(long exitCode) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                minedHeight,
                OptionalLong.of(exitCode),
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with the returnValue set. */
    public MessageRecord withReturnValue(Bytes returnValue) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                minedHeight,
                exitCode,
                Optional.of(returnValue),
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with another error. */
    public MessageRecord withError(Optional<String> error) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    /** This record with another updatedAt. */
    public MessageRecord withUpdatedAt(Instant updatedAt) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }

    MessageRecord withVersion(long version) {
        return new MessageRecord(
                intentKey,
                from,
                to,
                value,
                method,
                params,
                maxFee,
                priority,
                state,
                nonce,
                signedMessage,
                cid,
                minedHeight,
                exitCode,
                returnValue,
                error,
                createdAt,
                updatedAt,
                version);
    }
}
