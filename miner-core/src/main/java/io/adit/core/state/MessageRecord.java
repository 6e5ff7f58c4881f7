package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message to the chain, from the wish to the receipt.
 *
 * @param intentKey what it is for, for example {@code precommit/17}; unique, so a wish is sent once
 * @param from the sender's key address; together with the nonce unique
 * @param maxFee upper bound of gas limit times fee cap
 * @param due the epoch by which it has to be executed to be of use, where its maker knows one
 * @param nonce set with the signature; every {@link MessageCandidate} of the message has it
 * @param signedMessage CBOR of the newest candidate; once one is executed, of that one
 * @param cid of that signed message as the chain names it
 * @param minedHeight epoch of the tipset whose parent state has its receipt: the child of the one that carries it
 * @param priority larger goes first
 * @param gasCost what gas cost in the end; set with the receipt where the node could tell
 * @param error the last failure in words
 * @param version counts updates, see {@link MessageTable#update}
 */
@RecordBuilder
public record MessageRecord(
        String intentKey,
        Address from,
        Address to,
        TokenAmount value,
        long method,
        Bytes params,
        TokenAmount maxFee,
        int priority,
        Optional<Epoch> due,
        MessageState state,
        OptionalLong nonce,
        Optional<Bytes> signedMessage,
        Optional<Cid> cid,
        Optional<Epoch> minedHeight,
        OptionalLong exitCode,
        Optional<Bytes> returnValue,
        Optional<TokenAmount> gasCost,
        Optional<String> error,
        Instant createdAt,
        Instant updatedAt,
        long version)
        implements MessageRecordBuilder.With {
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
                Optional.empty(),
                MessageState.INTENT,
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now,
                0);
    }
}
