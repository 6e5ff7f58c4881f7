package io.adit.chain.message;

import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The outbox's rows. Every method is one transaction and is on disk when it returns. */
final class StoredMessages {
    private final StateStore store;
    private final InstantSource clock;

    StoredMessages(StateStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Adds the intent. A wish under the same key that is not signed gives way to it; a signed one must be the same message, and
     * then stays.
     */
    void remember(MessageIntent intent) {
        var record = MessageRecord.intent(
                intent.key(),
                intent.from(),
                intent.to(),
                intent.value(),
                intent.method(),
                new Bytes(intent.params()),
                intent.maxFee(),
                intent.priority().weight(),
                clock.instant());
        store.transactVoid(tx -> {
            if (tx.messages().insertIfAbsent(record)) {
                return;
            }
            var known = tx.messages().find(intent.key()).orElseThrow();
            if (known.state() == MessageState.INTENT) {
                var meantNow = wish(known, record);
                if (!meantNow.equals(known)) {
                    tx.messages().update(meantNow.withUpdatedAt(clock.instant()));
                }
            } else if (!isSame(record, known)) {
                throw new AditException(
                        MessageErrorCode.MESSAGE_KEY_REUSED,
                        "Sending message %s: the key belongs to a message with other contents".formatted(intent.key()));
            }
        });
    }

    private static MessageRecord wish(MessageRecord known, MessageRecord wanted) {
        return wanted.withError(known.error())
                .withCreatedAt(known.createdAt())
                .withUpdatedAt(known.updatedAt())
                .withVersion(known.version());
    }

    private static boolean isSame(MessageRecord one, MessageRecord other) {
        return one.from().equals(other.from())
                && one.to().equals(other.to())
                && one.value().equals(other.value())
                && one.method() == other.method()
                && one.params().equals(other.params());
    }

    Optional<MessageRecord> find(String key) {
        return store.read(tx -> tx.messages().find(key));
    }

    MessageRecord get(String key) {
        return find(key)
                .orElseThrow(() -> new AditException(
                        MessageErrorCode.MESSAGE_UNKNOWN, "Looking for message " + key + ": it was never asked for"));
    }

    /**
     * Signed messages of a sender from this nonce on, lowest nonce first, executed or not. Without those that can never be
     * executed: their makers have been told so and have sent others.
     */
    List<MessageRecord> fromNonce(Address sender, long lowest) {
        return store.read(tx -> tx.messages().listFromNonce(sender, lowest)).stream()
                .filter(record -> record.state() != MessageState.FAILED
                        || record.exitCode().isPresent())
                .toList();
    }

    /** Signed messages of a sender whose outcome is not known, or not deep enough in the chain. */
    List<MessageRecord> underWay(Address sender) {
        return store.read(tx -> Stream.of(MessageState.SIGNED, MessageState.PUSHED)
                .flatMap(state -> tx.messages().listInState(state).stream())
                .filter(record -> record.from().equals(sender))
                .toList());
    }

    Set<Address> sendersUnderWay() {
        return store.read(tx -> Stream.of(MessageState.SIGNED, MessageState.PUSHED)
                .flatMap(state -> tx.messages().listInState(state).stream())
                .map(MessageRecord::from)
                .collect(Collectors.toSet()));
    }

    /** One more than the highest nonce that is bound to stored bytes; 0 for a new sender. */
    long nextNonce(Address sender) {
        var highest = store.read(tx -> tx.messages().highestNonce(sender));
        return highest.isPresent() ? highest.getAsLong() + 1 : 0;
    }

    /** The bytes made of {@code record}; refused when the wish was changed meanwhile. */
    MessageRecord signed(MessageRecord record, long nonce, SignedMessage signed) {
        return store.transact(tx -> tx.messages()
                .update(record.withNonce(OptionalLong.of(nonce))
                        .withSignedMessage(Optional.of(new Bytes(signed.toCbor())))
                        .withCid(Optional.of(signed.cid()))
                        .withState(MessageState.SIGNED)
                        .withUpdatedAt(clock.instant())));
    }

    /** In a pool; if it was executed before, that was undone by a reorganisation. */
    void pushed(MessageRecord record) {
        update(
                record,
                current -> current.minedHeight().isEmpty()
                        ? current.withState(MessageState.PUSHED)
                        : rebuilt(current, MessageState.PUSHED, true, current.error()));
    }

    void executed(MessageRecord record, MessageLookup lookup) {
        var receipt = lookup.receipt();
        update(
                record,
                current -> current.withMinedHeight(Optional.of(lookup.height()))
                        .withExitCode(OptionalLong.of(receipt.exitCode()))
                        .withReturnValue(Optional.of(new Bytes(receipt.returnValue())))
                        .withState(receipt.isSuccess() ? MessageState.DONE : MessageState.FAILED));
    }

    /** The message can never be executed; its bytes stay for people to look at. */
    void impossible(MessageRecord record, String why) {
        update(record, current -> current.withState(MessageState.FAILED).withError(Optional.of(why)));
    }

    /** Back to an intent: the bytes were never accepted anywhere, so their nonce is free. */
    void released(MessageRecord record, String why) {
        update(record, current -> rebuilt(current, MessageState.INTENT, false, Optional.of(why)));
    }

    /** Without an outcome, and with {@code keepBytes} false without nonce, bytes and CID. */
    private static MessageRecord rebuilt(
            MessageRecord current, MessageState state, boolean keepBytes, Optional<String> error) {
        return new MessageRecord(
                current.intentKey(),
                current.from(),
                current.to(),
                current.value(),
                current.method(),
                current.params(),
                current.maxFee(),
                current.priority(),
                state,
                keepBytes ? current.nonce() : OptionalLong.empty(),
                current.signedMessage().filter(bytes -> keepBytes),
                current.cid().filter(cid -> keepBytes),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                error,
                current.createdAt(),
                current.updatedAt(),
                current.version());
    }

    /** Changes the row while it still holds the bytes that {@code record} holds. */
    private void update(MessageRecord record, UnaryOperator<MessageRecord> change) {
        store.transactVoid(tx -> {
            var current = tx.messages().find(record.intentKey()).orElseThrow();
            var changed = change.apply(current);
            if (current.cid().equals(record.cid()) && !changed.equals(current)) {
                tx.messages().update(changed.withUpdatedAt(clock.instant()));
            }
        });
    }
}
