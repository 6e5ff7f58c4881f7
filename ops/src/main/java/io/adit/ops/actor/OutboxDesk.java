package io.adit.ops.actor;

import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/** Sends with the node's own keys through its durable outbox. */
public final class OutboxDesk implements ActorDesk {
    private static final String PREFIX = "actor/";
    private static final List<MessageState> UNDER_WAY =
            List.of(MessageState.INTENT, MessageState.SIGNED, MessageState.PUSHED);

    /** Between the look for the same message and the new row nobody else may ask for it. */
    private final Lock oneAtATime = new ReentrantLock();

    private final StateStore store;
    private final MessageOutbox outbox;
    private final TokenAmount maxFee;
    private final RandomGenerator random;

    /** @param maxFee most that the gas of one message may cost */
    public OutboxDesk(StateStore store, MessageOutbox outbox, TokenAmount maxFee, RandomGenerator random) {
        this.store = store;
        this.outbox = outbox;
        this.maxFee = maxFee;
        this.random = random;
    }

    @Override
    public Sent send(Rehearsal rehearsal) {
        return send(rehearsal.change().name(), rehearsal.message());
    }

    /** As {@link #send(Rehearsal)}; gas and nonce are found anew. */
    public Sent send(String name, Message message) {
        oneAtATime.lock();
        try {
            return sendOnce(name, message);
        } finally {
            oneAtATime.unlock();
        }
    }

    private Sent sendOnce(String name, Message message) {
        var key = underWay(message)
                .orElseGet(() -> PREFIX + name + "/" + HexFormat.of().toHexDigits(random.nextLong()));
        try {
            return new Sent(key, outbox.send(intent(key, message)));
        } catch (AditException e) {
            if (e.code() != MessageErrorCode.MESSAGE_LANE_CAP) {
                // Whoever asked is told, and asks again if he likes; nobody else will.
                outbox.giveUp(key, "the command that asked for it has failed: " + e.getMessage());
            }
            throw e;
        }
    }

    private MessageIntent intent(String key, Message message) {
        return new MessageIntent(
                key,
                message.from(),
                message.to(),
                message.value(),
                message.method(),
                message.params(),
                maxFee,
                MessagePriority.BACKGROUND);
    }

    /** An operator who was interrupted and asks again must not pay twice. */
    private Optional<String> underWay(Message message) {
        return store
                .read(tx -> UNDER_WAY.stream()
                        .flatMap(state -> tx.messages().listInState(state).stream())
                        .toList())
                .stream()
                .filter(record -> record.intentKey().startsWith(PREFIX) && isSame(record, message))
                .map(MessageRecord::intentKey)
                .findFirst();
    }

    private static boolean isSame(MessageRecord record, Message message) {
        return record.from().equals(message.from())
                && record.to().equals(message.to())
                && record.value().equals(message.value())
                && record.method() == message.method()
                && record.params().equals(new Bytes(message.params()));
    }

    @Override
    public Optional<Executed> executed(Sent sent, int confidence) {
        return outbox.found(sent.reference(), confidence).map(Executed::of);
    }
}
