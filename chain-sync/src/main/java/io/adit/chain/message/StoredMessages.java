package io.adit.chain.message;

import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The outbox's rows. Every method is one transaction and is on disk when it returns. */
final class StoredMessages {
    /** A wish that is refused at each head for the same reason is written once in this time, not at each. */
    private static final Duration TRIES_NOTED = Duration.ofMinutes(30);

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
                        clock.instant())
                .withDue(intent.due());
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
            } else if (known.state() != MessageState.CANCELLED && !isSame(record, known)) {
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

    /** Who sends it is not part of what is wanted: a lane may have another address by now. */
    private static boolean isSame(MessageRecord one, MessageRecord other) {
        return one.to().equals(other.to())
                && one.value().equals(other.value())
                && one.method() == other.method()
                && one.params().equals(other.params());
    }

    Optional<MessageRecord> find(String key) {
        return store.read(tx -> tx.messages().find(key));
    }

    MessageRecord get(String key) {
        return find(key).orElseThrow(() -> unknown(key));
    }

    private static AditException unknown(String key) {
        return new AditException(
                MessageErrorCode.MESSAGE_UNKNOWN, "Looking for message " + key + ": it was never asked for");
    }

    /**
     * Signed messages of a sender from this nonce on, lowest nonce first, executed or not. Without those that can never be
     * executed: their makers have been told so and have sent others.
     */
    List<SignedWish> fromNonce(Address sender, long lowest) {
        return store.read(tx -> tx.messages().listFromNonce(sender, lowest).stream()
                .filter(record -> !hasEnded(record) || record.exitCode().isPresent())
                .map(record -> signed(tx, record))
                .toList());
    }

    /** Signed messages of a sender whose outcome is not known, or not deep enough in the chain, lowest nonce first. */
    List<SignedWish> underWay(Address sender) {
        return store.read(tx -> tx.messages().listUnderWay().stream()
                .filter(record -> record.from().equals(sender))
                .map(record -> signed(tx, record))
                .toList());
    }

    /** Of every sender. */
    List<SignedWish> underWay() {
        return store.read(tx -> tx.messages().listUnderWay().stream()
                .map(record -> signed(tx, record))
                .toList());
    }

    /** What was signed with this nonce, whatever became of it. */
    Optional<SignedWish> withNonce(Address sender, long nonce) {
        return store.read(tx -> tx.messages().listFromNonce(sender, nonce).stream()
                .filter(record -> record.nonce().orElseThrow() == nonce)
                .findFirst()
                .map(record -> signed(tx, record)));
    }

    private static boolean hasEnded(MessageRecord record) {
        return record.state() == MessageState.FAILED || record.state() == MessageState.CANCELLED;
    }

    /** With everything that was signed for it; empty for a wish that has no nonce. */
    Optional<SignedWish> signedWish(String key) {
        return store.read(tx -> tx.messages().find(key).flatMap(record -> signedIfBound(tx, record)));
    }

    /**
     * What is stored under a key: the record, and with it everything that was signed for it, if it has a nonce.
     *
     * @throws AditException {@link MessageErrorCode#MESSAGE_UNKNOWN}
     */
    Entry entry(String key) {
        return store.read(tx -> tx.messages().find(key).map(record -> new Entry(record, signedIfBound(tx, record))))
                .orElseThrow(() -> unknown(key));
    }

    /** A record, and what was signed for it. */
    record Entry(MessageRecord record, Optional<SignedWish> signed) {}

    private static Optional<SignedWish> signedIfBound(Tx tx, MessageRecord record) {
        return record.nonce().isPresent() ? Optional.of(signed(tx, record)) : Optional.empty();
    }

    /** Wishes that something was signed for since then, by the time of the newest. */
    List<SignedWish> signedSince(Instant since) {
        return store.read(tx -> tx.messages().signedSince(since).stream()
                .map(record -> signed(tx, record))
                .filter(wish -> !wish.newest().createdAt().isBefore(since))
                .toList());
    }

    /** Window proofs of a sender that are asked for, not signed yet, and not too late. */
    long proofsToSign(Address sender, Epoch head) {
        return intents().stream()
                .filter(wish -> wish.from().equals(sender)
                        && MessagePriority.ofWeight(wish.priority()) == MessagePriority.WINDOW_POST)
                .filter(wish -> wish.due().filter(due -> due.isBefore(head)).isEmpty())
                .count();
    }

    List<MessageRecord> intents() {
        return store.read(tx -> tx.messages().listInState(MessageState.INTENT));
    }

    List<MessageRecord> recent(int limit) {
        return store.read(tx -> tx.messages().recent(limit));
    }

    /** By key or by the CID of anything that was signed for it. */
    Optional<MessageRecord> findByKeyOrCid(String which) {
        return find(which)
                .or(() -> parsed(which)
                        .flatMap(cid -> store.read(tx -> tx.messages().findByCid(cid))));
    }

    private static Optional<Cid> parsed(String text) {
        try {
            return Optional.of(Cid.parse(text));
        } catch (AditException notACid) {
            return Optional.empty();
        }
    }

    /** Gives up a wish that is not signed; false when it is by now, or was never asked for. */
    boolean dropped(String key, String why) {
        return store.transact(tx -> {
            var current = tx.messages().find(key).filter(record -> record.state() == MessageState.INTENT);
            current.ifPresent(record -> tx.messages()
                    .update(record.withState(MessageState.CANCELLED)
                            .withError(Optional.of(why))
                            .withUpdatedAt(clock.instant())));
            return current.isPresent();
        });
    }

    /** Why a wish is not signed, for people; that it was tried is noted, so that it does not count as forgotten. */
    void notSigned(String key, String why) {
        store.transactVoid(tx -> {
            var now = clock.instant();
            tx.messages()
                    .find(key)
                    .filter(wish -> wish.state() == MessageState.INTENT)
                    .filter(wish -> !wish.error().equals(Optional.of(why))
                            || wish.updatedAt().plus(TRIES_NOTED).isBefore(now))
                    .ifPresent(wish -> tx.messages()
                            .update(wish.withError(Optional.of(why)).withUpdatedAt(now)));
        });
    }

    /** Another fee limit from now on. */
    void limited(SignedWish wish, TokenAmount maxFee) {
        update(wish, (tx, current) -> current.withMaxFee(maxFee));
    }

    private static SignedWish signed(Tx tx, MessageRecord record) {
        return new SignedWish(record, tx.messages().candidates(record.intentKey()));
    }

    Set<Address> sendersUnderWay() {
        return store.read(tx -> tx.messages().listUnderWay()).stream()
                .map(MessageRecord::from)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** One more than the highest nonce that is bound to stored bytes; 0 for a new sender. */
    long nextNonce(Address sender) {
        var highest = store.read(tx -> tx.messages().highestNonce(sender));
        return highest.isPresent() ? highest.getAsLong() + 1 : 0;
    }

    /** The first bytes made of {@code record}; refused when the wish was changed meanwhile. */
    SignedWish signed(MessageRecord record, SignedMessage signed, Epoch head) {
        return store.transact(tx -> {
            var updated = tx.messages()
                    .update(current(record, signed)
                            .withNonce(OptionalLong.of(signed.message().nonce())));
            tx.messages().addCandidate(candidate(record, 1, Purpose.SEND, signed, head));
            return signed(tx, updated);
        });
    }

    /** More bytes with the nonce of the others; refused when the wish was changed meanwhile. */
    SignedWish replaced(SignedWish wish, Purpose purpose, SignedMessage signed, Epoch head) {
        return store.transact(tx -> {
            var updated = tx.messages().update(current(wish.record(), signed).withError(Optional.empty()));
            int number = wish.newest().number() + 1;
            tx.messages().addCandidate(candidate(wish.record(), number, purpose, signed, head));
            return signed(tx, updated);
        });
    }

    private MessageRecord current(MessageRecord record, SignedMessage signed) {
        return record.withSignedMessage(Optional.of(new Bytes(signed.toCbor())))
                .withCid(Optional.of(signed.cid()))
                .withState(MessageState.SIGNED)
                .withUpdatedAt(clock.instant());
    }

    private MessageCandidate candidate(
            MessageRecord record, int number, Purpose purpose, SignedMessage signed, Epoch head) {
        return new MessageCandidate(
                record.intentKey(),
                number,
                signed.cid(),
                purpose,
                new Bytes(signed.toCbor()),
                head,
                false,
                clock.instant());
    }

    /** The newest bytes are in a pool; if one of them was executed before, that was undone by a reorganisation. */
    void pushed(SignedWish wish) {
        update(wish, (tx, current) -> {
            tx.messages().candidateTaken(wish.newest().cid());
            return withoutOutcome(current)
                    .withState(MessageState.PUSHED)
                    .withSignedMessage(Optional.of(wish.newest().signedMessage()))
                    .withCid(Optional.of(wish.newest().cid()));
        });
    }

    /** It is in the pool as before its execution. */
    void takenBack(SignedWish wish) {
        update(wish, (tx, current) -> withoutOutcome(current).withState(MessageState.PUSHED));
    }

    /** Where and how it ended; from then on the row carries the bytes that were executed. */
    void executed(SignedWish wish, MessageLookup lookup, Optional<TokenAmount> gasCost) {
        // Outcomes are asked for at every head, and are the same ones: nothing is written then.
        if (!settled(wish, wish.record(), lookup, gasCost).equals(wish.record())) {
            update(wish, (tx, current) -> settled(wish, current, lookup, gasCost));
        }
    }

    /** What gas of a message cost that is executed and not deep yet; empty when it is not executed any more. */
    void costs(SignedWish wish, Optional<TokenAmount> gasCost) {
        if (wish.isUnderWay() && !gasCost.equals(wish.record().gasCost())) {
            update(wish, (tx, current) -> current.withGasCost(gasCost));
        }
    }

    private static MessageRecord settled(
            SignedWish wish, MessageRecord record, MessageLookup lookup, Optional<TokenAmount> gasCost) {
        var receipt = lookup.receipt();
        var settled = record.withMinedHeight(Optional.of(lookup.height()))
                .withExitCode(OptionalLong.of(receipt.exitCode()))
                .withReturnValue(Optional.of(new Bytes(receipt.returnValue())))
                .withGasCost(gasCost.or(record::gasCost))
                .withState(receipt.isSuccess() ? MessageState.DONE : MessageState.FAILED);
        return wish.candidate(lookup.message())
                .map(which ->
                        settled.withCid(Optional.of(which.cid())).withSignedMessage(Optional.of(which.signedMessage())))
                .orElse(settled);
    }

    /**
     * The message can never be executed; its bytes stay for people to look at.
     *
     * @param gasCost what a message of ours cost that was executed in its place
     */
    void impossible(SignedWish wish, MessageState state, String why, Optional<TokenAmount> gasCost) {
        update(
                wish,
                (tx, current) ->
                        current.withState(state).withError(Optional.of(why)).withGasCost(gasCost));
    }

    /** Forgets the newest bytes, which nobody has: the ones before them are to be in the pool again. */
    void withdrawn(SignedWish wish, String why) {
        update(wish, (tx, current) -> {
            tx.messages().removeCandidate(wish.newest().cid());
            var before = wish.candidates().get(wish.candidates().size() - 2);
            return current.withState(before.taken() ? MessageState.PUSHED : MessageState.SIGNED)
                    .withSignedMessage(Optional.of(before.signedMessage()))
                    .withCid(Optional.of(before.cid()))
                    .withError(Optional.of(why));
        });
    }

    /** What was signed before epochs were noted counts from this one on. */
    int dateUndated(Epoch head) {
        return store.transact(tx -> tx.messages().dateCandidates(head));
    }

    /** Back to an intent: the bytes were never accepted anywhere, so their nonce is free. */
    void released(SignedWish wish, String why) {
        update(wish, (tx, current) -> {
            tx.messages().removeCandidates(current.intentKey());
            return withoutOutcome(current)
                    .withState(MessageState.INTENT)
                    .withNonce(OptionalLong.empty())
                    .withSignedMessage(Optional.empty())
                    .withCid(Optional.empty())
                    .withError(Optional.of(why));
        });
    }

    /** Why nothing happens with it, for people. */
    void noted(SignedWish wish, String why) {
        update(wish, (tx, current) -> current.withError(Optional.of(why)));
    }

    private static MessageRecord withoutOutcome(MessageRecord current) {
        return current.withMinedHeight(Optional.empty())
                .withExitCode(OptionalLong.empty())
                .withReturnValue(Optional.empty())
                .withGasCost(Optional.empty());
    }

    /** Changes the row while it is bound to the newest bytes that {@code wish} has. */
    private void update(SignedWish wish, BiFunction<Tx, MessageRecord, MessageRecord> change) {
        store.transactVoid(tx -> {
            boolean isBound = tx.messages().candidates(wish.key()).stream()
                    .anyMatch(candidate -> candidate.cid().equals(wish.newest().cid()));
            if (!isBound) {
                return;
            }
            var current = tx.messages().find(wish.key()).orElseThrow();
            var changed = change.apply(tx, current);
            if (!changed.equals(current)) {
                tx.messages().update(changed.withUpdatedAt(clock.instant()));
            }
        });
    }
}
