package io.adit.chain.message;

import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Signed messages by sender and nonce, with Lotus's rules for what replaces what; and every message that was ever taken. */
final class FakePool {
    private record Place(Address sender, long nonce) {
        static Place of(Message message) {
            return new Place(message.from(), message.nonce());
        }
    }

    private final Map<Place, SignedMessage> waiting = new HashMap<>();
    private final Map<Cid, SignedMessage> everTaken = new HashMap<>();

    void clear() {
        waiting.clear();
    }

    void remove(Address sender, long nonce) {
        waiting.remove(new Place(sender, nonce));
    }

    /** Without any rule: as another program, or another node, may have put it there. */
    void put(SignedMessage message) {
        waiting.put(Place.of(message.message()), message);
    }

    Optional<SignedMessage> at(Address sender, long nonce) {
        return Optional.ofNullable(waiting.get(new Place(sender, nonce)));
    }

    List<SignedMessage> all() {
        return waiting.values().stream()
                .sorted(Comparator.comparingLong(signed -> signed.message().nonce()))
                .toList();
    }

    Optional<SignedMessage> everTaken(Cid cid) {
        return Optional.ofNullable(everTaken.get(cid));
    }

    /** Takes a message that is valid otherwise. */
    void push(SignedMessage signed, boolean loses) {
        var message = signed.message();
        checkReplaced(message, signed.cid());
        if (!loses) {
            put(signed);
        }
        for (var before : everTaken.values()) {
            if (Place.of(before.message()).equals(Place.of(message))
                    && !isCancel(message)
                    && !isSame(before.message(), message)) {
                throw new AssertionError("two wishes were accepted with nonce " + message.nonce());
            }
        }
        everTaken.put(signed.cid(), signed);
    }

    /** Lotus's msgSet.add: at least 110 % of the premium, rounded down, and one more. */
    private void checkReplaced(Message message, Cid cid) {
        var present = waiting.get(Place.of(message));
        if (present == null) {
            return;
        }
        var where = "failed to add locked: message from " + message.from() + " with nonce " + message.nonce()
                + " already in mpool";
        if (present.cid().equals(cid)) {
            throw refused(where + ": message with nonce already exists");
        }
        var least = present.message().gasPremium().times(110).dividedBy(100).plus(TokenAmount.ofAtto(1));
        if (message.gasPremium().compareTo(least) < 0) {
            throw refused(where + ", increase GasPremium to " + least.attoText() + " from "
                    + message.gasPremium().attoText()
                    + " to trigger replace by fee: replace by fee has too low GasPremium");
        }
    }

    private static boolean isCancel(Message message) {
        return message.to().equals(message.from()) && message.value().isZero();
    }

    static boolean isSame(Message one, Message other) {
        return one.to().equals(other.to())
                && one.value().equals(other.value())
                && one.method() == other.method()
                && Arrays.equals(one.params(), other.params());
    }

    static RpcException refused(String words) {
        return RpcException.answered("MpoolPush", 1, words);
    }
}
