package io.adit.chain.message;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A wish with everything that was signed for it: messages with one nonce, of which at most one is ever executed.
 *
 * @param candidates at least one, the newest last
 */
record SignedWish(MessageRecord record, List<MessageCandidate> candidates) {
    SignedWish {
        candidates = List.copyOf(candidates);
    }

    String key() {
        return record.intentKey();
    }

    Address from() {
        return record.from();
    }

    long nonce() {
        return record.nonce().getAsLong();
    }

    MessagePriority priority() {
        return MessagePriority.ofWeight(record.priority());
    }

    /** The one that is to be in the pool. */
    MessageCandidate newest() {
        return candidates.getLast();
    }

    Optional<MessageCandidate> candidate(Cid cid) {
        return candidates.stream()
                .filter(candidate -> candidate.cid().equals(cid))
                .findFirst();
    }

    boolean isOurs(Cid cid) {
        return candidate(cid).isPresent();
    }

    boolean isOurs(Cid cid, Message carried) {
        return isOurs(cid) || isWhatWasWanted(carried);
    }

    /** True also for a message that somebody else made of the wish, for another fee. */
    private boolean isWhatWasWanted(Message message) {
        return message.to().equals(record.to())
                && message.value().equals(record.value())
                && message.method() == record.method()
                && Arrays.equals(message.params(), record.params().array());
    }

    /** One of each purpose, newest first: a node that is asked for one finds those that differ from it in fees only. */
    List<MessageCandidate> toSearchFor() {
        return Arrays.stream(MessageCandidate.Purpose.values())
                .flatMap(purpose -> candidates.reversed().stream()
                        .filter(candidate -> candidate.purpose() == purpose)
                        .sorted((one, other) -> Boolean.compare(other.taken(), one.taken()))
                        .limit(1))
                .toList();
    }

    /** The most that executing any of them can cost, value included. */
    TokenAmount reserved() {
        return candidates.stream()
                .map(candidate -> message(candidate).requiredFunds())
                .reduce(TokenAmount.ZERO, TokenAmount::max);
    }

    /** What its gas cost, or may cost at most while that is not known; nothing where none of them was executed. */
    TokenAmount cost() {
        return record.gasCost().orElseGet(() -> isImpossible() ? TokenAmount.ZERO : mostGas());
    }

    private TokenAmount mostGas() {
        return candidates.stream()
                .map(candidate -> message(candidate).maxFee())
                .reduce(TokenAmount.ZERO, TokenAmount::max);
    }

    /** Whether what was wanted can never be executed. */
    boolean isImpossible() {
        return isImpossible(record);
    }

    static boolean isImpossible(MessageRecord record) {
        return record.state() == MessageState.CANCELLED
                || (record.state() == MessageState.FAILED && record.exitCode().isEmpty());
    }

    /** With exit code 0: only then the value has left. */
    boolean isExecuted() {
        return record.state() == MessageState.DONE;
    }

    boolean isUnderWay() {
        return record.state() == MessageState.SIGNED || record.state() == MessageState.PUSHED;
    }

    static SignedMessage signed(MessageCandidate candidate) {
        return SignedMessage.fromCbor(candidate.signedMessage().array());
    }

    static Message message(MessageCandidate candidate) {
        return signed(candidate).message();
    }
}
