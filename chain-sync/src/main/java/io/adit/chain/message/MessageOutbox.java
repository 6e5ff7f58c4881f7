package io.adit.chain.message;

import static io.adit.chain.message.MessageFate.bytes;
import static io.adit.chain.message.MessageFate.cid;
import static io.adit.chain.message.MessageFate.nonce;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages to the chain, each at most once, through crashes of this process and of the node; the package description says
 * how. All methods block, may be called from any thread, and throw the node's {@link RpcException} when it cannot be reached;
 * calling again is always safe.
 */
public final class MessageOutbox {
    private static final Logger LOG = LoggerFactory.getLogger(MessageOutbox.class);

    /** How often one call signs anew because the nonce went to somebody else, or the wish was changed, meanwhile. */
    private static final int SIGNING_ATTEMPTS = 3;

    /**
     * Epochs after which an outcome is taken to last, whatever its asker is content with: by FRC-0089 a healthy chain undoes a
     * tipset at this depth with a chance below 2^-30.
     */
    private static final int SETTLED_DEPTH = 30;

    private static final Duration POLL_PAUSE = Duration.ofMillis(200);

    private final FullNode node;
    private final Timeline timeline;
    private final Signer signer;
    private final StoredMessages stored;
    private final MessagePricer pricer;
    private final MessageFate fate;
    private final Map<Address, SenderLane> lanes = new ConcurrentHashMap<>();

    /** An outbox in real time, with a wall clock for the stored messages' time stamps. */
    public MessageOutbox(StateStore store, FullNode node, Signer signer, InstantSource clock) {
        this(store, node, signer, new SystemTimeline(clock));
    }

    /** An outbox that waits in the given time. */
    public MessageOutbox(StateStore store, FullNode node, Signer signer, Timeline timeline) {
        this.node = node;
        this.timeline = timeline;
        this.signer = signer;
        this.stored = new StoredMessages(store, timeline);
        this.pricer = new MessagePricer(node);
        this.fate = new MessageFate(node);
    }

    /**
     * Sends the message unless one was signed under its key; then makes sure that the node has that one. A wish that was stored
     * under the key and never signed is replaced: value, parameters and fee limit may differ from the last call's.
     *
     * @return the message's CID, the same for the same key, on disk before it is returned
     * @throws InsufficientFundsException when the sender cannot pay
     * @throws AditException with a {@link MessageErrorCode}; nothing was sent then, except after MESSAGE_NONCE_TAKEN
     */
    public Cid send(MessageIntent intent) {
        stored.remember(intent);
        reach("message.intent", intent.key());
        return send(intent.key());
    }

    /**
     * Goes on with a wish as it is stored, signed or not: for callers that would have to compute its value or parameters anew and
     * may get others.
     *
     * @return the message's CID, as {@link #send}; empty when nothing was ever asked for under the key
     * @throws AditException as {@link #send}
     */
    public Optional<Cid> resume(String key) {
        return stored.find(key).map(record -> send(key));
    }

    private Cid send(String key) {
        for (int attempt = 0; attempt < SIGNING_ATTEMPTS; attempt++) {
            var record = stored.get(key);
            var sent = record.state() == MessageState.INTENT ? signAndPush(record) : keepInPool(record);
            if (sent.isPresent()) {
                return sent.get();
            }
        }
        throw new AditException(
                MessageErrorCode.MESSAGE_NONCE_TAKEN,
                "Sending %s: the nonce went to another message %d times; does another program use the key of %s?"
                        .formatted(key, SIGNING_ATTEMPTS, stored.get(key).from()));
    }

    /**
     * Where the message was executed, once that is {@code confidence} epochs behind the head; asks the node every time, so the
     * answer follows reorganisations. A message that is not on the chain and that the node has forgotten is pushed again.
     *
     * @return empty while it is not deep enough, not executed, or not signed yet; a receipt may carry any exit code
     * @throws AditException {@link MessageErrorCode#MESSAGE_UNKNOWN}; {@link MessageErrorCode#MESSAGE_FATE_UNKNOWN}; {@link
     *     MessageErrorCode#MESSAGE_NONCE_TAKEN}, from then on at every call
     */
    public Optional<MessageLookup> found(String key, int confidence) {
        var record = stored.get(key);
        if (isImpossible(record)) {
            throw nonceTaken(record);
        }
        if (record.cid().isEmpty()) {
            return Optional.empty();
        }
        var head = node.chainHead();
        var lookup = fate.executed(record, head);
        if (lookup.isEmpty()) {
            lookAfter(record, head, confidence);
            return Optional.empty();
        }
        if (head.height().minus(lookup.get().height()) < confidence) {
            return Optional.empty();
        }
        stored.executed(record, lookup.get());
        return lookup;
    }

    /**
     * Asks {@link #found} again and again until it answers.
     *
     * @return empty when the patience ended first; asking again later is safe
     * @throws AditException as {@link #found}
     * @throws InterruptedException when the thread is told to stop
     */
    public Optional<MessageLookup> await(String key, int confidence, Duration patience) throws InterruptedException {
        long end = timeline.nanoTime() + patience.toNanos();
        while (true) {
            var lookup = found(key, confidence);
            if (lookup.isPresent() || timeline.nanoTime() - end >= 0) {
                return lookup;
            }
            timeline.sleep(POLL_PAUSE);
        }
    }

    /** The stored message of this key, for people and for tasks that only want to know how far it is. */
    public Optional<MessageRecord> record(String key) {
        return stored.find(key);
    }

    /**
     * Pushes everything again that is signed, not executed, and not known to the node: to be called when the process starts. A
     * sender whose messages cannot be pushed now is logged and left to {@link #send}, {@link #found} and {@link #settle}.
     */
    public void resumeAll() {
        stored.sendersUnderWay().forEach(sender -> pushForgotten(sender, MessagePriority.WINDOW_POST));
    }

    /**
     * Pushes what the node has forgotten, and stores the outcome of messages that are long executed and that nobody asked for: to
     * be called now and then, such as for each new head. What cannot be done now is logged and left to the next call.
     */
    public void settle() {
        for (var sender : stored.sendersUnderWay()) {
            pushForgotten(sender, MessagePriority.BACKGROUND);
            try {
                settle(sender);
            } catch (AditException e) {
                LOG.warn("Messages of {} are still to be settled: {}", sender, e.getMessage());
            }
        }
    }

    private void settle(Address sender) {
        var head = node.chainHead();
        var deep = new Epoch(Math.max(0, head.height().value() - SETTLED_DEPTH));
        long executed = fate.nonceAt(
                sender, node.chainGetTipSetByHeight(deep, head.key()).key());
        for (var record : stored.underWay(sender)) {
            if (nonce(record) < executed) {
                settle(record);
            }
        }
    }

    private void settle(MessageRecord record) {
        try {
            found(record.intentKey(), SETTLED_DEPTH);
        } catch (AditException e) {
            LOG.warn("Settling {}: {}", record.intentKey(), e.getMessage());
        }
    }

    private <T> T inTurn(MessageRecord record, Supplier<T> work) {
        return lane(record.from()).inTurn(MessagePriority.ofWeight(record.priority()), work);
    }

    private SenderLane lane(Address sender) {
        return lanes.computeIfAbsent(sender, address -> new SenderLane(timeline));
    }

    /**
     * Estimates before it takes a turn, since that may take minutes, in which nothing more urgent should have to wait.
     *
     * @return empty when the record has to be looked at again
     */
    private Optional<Cid> signAndPush(MessageRecord wish) {
        var message = Message.unpriced(
                wish.from(),
                wish.to(),
                wish.value(),
                wish.method(),
                wish.params().array());
        var estimated = pricer.estimate(what(wish), message, wish.maxFee(), free(wish.from()));
        return inTurn(wish, () -> {
            // Another thread may have sent it or changed it.
            if (!stored.get(wish.intentKey()).equals(wish)) {
                return Optional.empty();
            }
            return firstPush(sign(wish, estimated));
        });
    }

    /** Signs with the next nonce; afterwards the bytes are on disk. */
    private MessageRecord sign(MessageRecord wish, Message estimated) {
        var priced = pricer.admit(
                what(wish), estimated, wish.maxFee(), MessagePriority.ofWeight(wish.priority()), free(wish.from()));
        long next = nextNonce(wish);
        var message = priced.withNonce(next);
        var signed = new SignedMessage(message, signer.sign(wish.from(), SigningContents.message(message)));
        var saved = stored.signed(wish, next, signed);
        reach("message.signed", wish.intentKey());
        LOG.info("Signed {} as {} with nonce {}", wish.intentKey(), signed.cid(), next);
        return saved;
    }

    /** Neither the chain, nor the pool, nor this store has used it; everything before it is with the node. */
    private long nextNonce(MessageRecord wish) {
        pushForgotten(wish.from(), Optional.of(wish));
        return Math.max(node.mpoolGetNonce(wish.from()), stored.nextNonce(wish.from()));
    }

    /**
     * Pushes bytes that were never pushed before, in the turn in which they were signed. Only here can a refusal mean that nobody
     * has them; later they may be on their way, in a tipset, or executed, whatever a node says.
     *
     * @return empty when the nonce went to another message, and the wish has to be signed anew
     */
    private Optional<Cid> firstPush(MessageRecord record) {
        try {
            node.mpoolPush(bytes(record));
        } catch (RpcException e) {
            // Anything but an answer leaves it open whether the node has the bytes; so does a refusal after taking
            // them.
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            if (!fate.inPool(record)) {
                return released(record, e);
            }
        }
        reach("message.accepted", record.intentKey());
        pushed(record);
        return record.cid();
    }

    private Optional<Cid> released(MessageRecord record, RpcException refusal) {
        boolean nonceUsed = node.mpoolGetNonce(record.from()) > nonce(record);
        stored.released(record, refusal.nodeMessage());
        LOG.warn("The node refused {}: {}", record.intentKey(), refusal.nodeMessage());
        if (nonceUsed) {
            return Optional.empty();
        }
        throw refused(record, refusal);
    }

    /** @return empty when the message is no longer signed, and has to be looked at again */
    private Optional<Cid> keepInPool(MessageRecord record) {
        if (isImpossible(record)) {
            throw nonceTaken(record);
        }
        if (record.state() == MessageState.DONE || record.state() == MessageState.FAILED) {
            return record.cid();
        }
        return inTurn(record, () -> {
            var current = stored.get(record.intentKey());
            if (current.cid().isPresent() && node.mpoolGetNonce(current.from()) <= nonce(current)) {
                pushAgain(current);
            }
            return current.cid();
        });
    }

    /** Not on the chain: back into the pool with it, unless its nonce was used by another message for good. */
    private void lookAfter(MessageRecord record, TipSet head, int confidence) {
        if (node.mpoolGetNonce(record.from()) <= nonce(record)) {
            inTurn(record, () -> {
                var current = stored.get(record.intentKey());
                if (current.cid().equals(record.cid())
                        && !isImpossible(current)
                        && node.mpoolGetNonce(current.from()) <= nonce(current)) {
                    pushAgain(current);
                }
                return current;
            });
            return;
        }
        fate.takenBy(record, head, Math.max(confidence, SETTLED_DEPTH)).ifPresent(other -> {
            stored.impossible(record, "nonce " + nonce(record) + " was used by another message, " + other);
            throw nonceTaken(record);
        });
    }

    private void pushForgotten(Address sender, MessagePriority priority) {
        try {
            lane(sender).inTurn(priority, () -> {
                pushForgotten(sender, Optional.empty());
                return sender;
            });
        } catch (AditException e) {
            LOG.warn("Messages of {} are still to be pushed: {}", sender, e.getMessage());
        }
    }

    /** Pushes whatever the node's pool lacks, lowest nonce first, so that {@code waiting} can be executed after it. */
    private void pushForgotten(Address sender, Optional<MessageRecord> waiting) {
        for (var record : stored.fromNonce(sender, node.mpoolGetNonce(sender))) {
            try {
                pushAgain(record);
            } catch (RpcException e) {
                throw e;
            } catch (AditException e) {
                throw blocked(record, waiting, e);
            }
        }
    }

    /** Pushes bytes that the node may have had before; a refusal changes nothing in what is stored. */
    private void pushAgain(MessageRecord record) {
        try {
            node.mpoolPush(bytes(record));
        } catch (RpcException e) {
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            if (node.mpoolGetNonce(record.from()) <= nonce(record) && !fate.inPool(record)) {
                throw refused(record, e);
            }
        }
        pushed(record);
    }

    private void pushed(MessageRecord record) {
        stored.pushed(record);
        reach("message.pushed", record.intentKey());
        LOG.info("Pushed {} with nonce {} for {}", cid(record), nonce(record), record.intentKey());
    }

    /** What the sender can spend: its balance, less what its messages that are not executed yet may cost. */
    private TokenAmount free(Address sender) {
        var actor = node.stateGetActor(sender, TipSetKey.EMPTY);
        var reserved = stored.fromNonce(sender, actor.map(ActorState::nonce).orElse(0L)).stream()
                .map(record -> bytes(record).message().requiredFunds())
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
        return actor.map(ActorState::balance).orElse(TokenAmount.ZERO).minus(reserved);
    }

    private static String what(MessageRecord record) {
        return "message " + record.intentKey();
    }

    private static boolean isImpossible(MessageRecord record) {
        return record.state() == MessageState.FAILED && record.exitCode().isEmpty();
    }

    private static AditException refused(MessageRecord record, RpcException refusal) {
        return new AditException(
                MessageErrorCode.MESSAGE_REFUSED,
                "Pushing %s (%s, nonce %d): %s"
                        .formatted(record.intentKey(), cid(record), nonce(record), refusal.nodeMessage()),
                refusal);
    }

    private static AditException blocked(MessageRecord older, Optional<MessageRecord> waiting, AditException refusal) {
        var text = "%s is blocked behind %s, nonce %d, which the node refuses: %s"
                .formatted(
                        waiting.map(record -> "Sending " + record.intentKey() + " from " + record.from())
                                .orElse("Everything from " + older.from()),
                        older.intentKey(),
                        nonce(older),
                        refusal.getMessage());
        LOG.error("{}", text);
        return new AditException(MessageErrorCode.MESSAGE_BLOCKED, text, refusal);
    }

    private static AditException nonceTaken(MessageRecord record) {
        return new AditException(
                MessageErrorCode.MESSAGE_NONCE_TAKEN,
                "Message %s (%s) cannot be executed: another message of %s had nonce %d"
                        .formatted(record.intentKey(), cid(record), record.from(), nonce(record)));
    }

    /** A kill point, and the same for one kind of message: the intent key up to its first slash. */
    private static void reach(String point, String key) {
        CrashPoints.reach(point);
        CrashPoints.reach(point + "." + key.substring(0, Math.max(0, key.indexOf('/'))));
    }
}
