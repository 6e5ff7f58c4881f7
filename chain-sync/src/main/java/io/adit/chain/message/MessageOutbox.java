package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.RpcException;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
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
    static final int SETTLED_DEPTH = 30;

    static final String CANCELLED = "it was given up, by the operator or because its time was over";

    private static final Duration POLL_PAUSE = Duration.ofMillis(200);

    /**
     * Epochs after which another message is believed to have the nonce of a proof or a declaration. Here waiting costs power, and
     * being wrong costs gas: the miner actor refuses a second proof of a partition, and a second declaration changes nothing.
     */
    private static final int TAKEN_DEPTH_OF_POWER = 5;

    static final String MADE_WAY =
            "no fee within its limit got it into a block, and a proof or a declaration waited behind"
                    + " it: its nonce was used for nothing; it is to be sent anew";

    private final FullNode node;
    private final Timeline timeline;
    private final Signer signer;
    private final StoredMessages stored;
    private final SenderFunds funds;
    private final MessagePricer pricer;
    private final MessageFate fate;
    private final MessagePusher pusher;
    private final MessageReplacer replacer;
    private final MessageGate gate;
    private final ForgottenMessages forgotten;
    private final MessageSettler settler;
    private final OverdueWishes overdue;
    private final OutboxPolicy policy;
    private final Map<MessagePriority, Lock> signing = new EnumMap<>(MessagePriority.class);
    private final Map<Address, SenderLane> lanes = new ConcurrentHashMap<>();

    /** An outbox in real time, with a wall clock for the stored messages' time stamps. */
    public MessageOutbox(StateStore store, FullNode node, Signer signer, InstantSource clock) {
        this(store, node, signer, new SystemTimeline(clock));
    }

    /** An outbox that waits in the given time. */
    public MessageOutbox(StateStore store, FullNode node, Signer signer, Timeline timeline) {
        this(store, node, signer, OutboxPolicy.open(), timeline);
    }

    /** An outbox that keeps to what the operator wants of messages. */
    public MessageOutbox(StateStore store, FullNode node, Signer signer, OutboxPolicy policy, Timeline timeline) {
        this.node = node;
        this.policy = policy;
        for (var priority : MessagePriority.values()) {
            signing.put(priority, timeline.newLock());
        }
        this.timeline = timeline;
        this.signer = signer;
        this.stored = new StoredMessages(store, timeline);
        this.pricer = new MessagePricer(node);
        this.fate = new MessageFate(node);
        this.funds = new SenderFunds(node, stored);
        this.pusher = new MessagePusher(node, stored, fate);
        this.gate = new MessageGate(node, signer, stored, pusher, policy, timeline);
        this.replacer = new MessageReplacer(node, signer, stored, funds, pusher, gate, fate);
        this.forgotten = new ForgottenMessages(node, stored, pusher, replacer);
        this.overdue = new OverdueWishes(node, stored, timeline);
        var gaps = new NonceGaps(node, signer, stored, pusher, replacer, fate);
        this.settler = new MessageSettler(node, stored, fate, replacer, gaps, hands(), timeline);
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
        stored.remember(routed(intent));
        MessagePusher.reach("message.intent", intent.key());
        return send(intent.key());
    }

    /** That it was tried counts also where the node does not even say who is to send it. */
    private MessageIntent routed(MessageIntent intent) {
        try {
            return gate.route(intent);
        } catch (AditException e) {
            stored.notSigned(intent.key(), String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** Says that nobody wants a message any more: it is not signed from now on. One that is signed stays. */
    public void giveUp(String key, String why) {
        stored.dropped(key, why);
    }

    /**
     * Goes on with a wish as it is stored, signed or not: for callers that would have to compute its value or parameters anew and
     * may get others.
     *
     * @return the message's CID, as {@link #send}; empty when nothing was ever asked for under the key
     * @throws AditException as {@link #send}
     */
    public Optional<Cid> resume(String key) {
        return stored.find(key).map(record -> record.state() == MessageState.INTENT ? send(intent(record)) : send(key));
    }

    /** The same wish; who sends it may have changed. */
    private static MessageIntent intent(MessageRecord record) {
        return new MessageIntent(
                record.intentKey(),
                record.from(),
                record.to(),
                record.value(),
                record.method(),
                record.params().array(),
                record.maxFee(),
                MessagePriority.ofWeight(record.priority()),
                record.due());
    }

    private Cid send(String key) {
        for (int attempt = 0; attempt < SIGNING_ATTEMPTS; attempt++) {
            var record = stored.get(key);
            var sent = record.state() == MessageState.INTENT ? tryToSign(record) : keepInPool(record);
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
        var entry = stored.entry(key);
        requirePossible(entry.record());
        if (entry.signed().isEmpty()) {
            return Optional.empty();
        }
        var wish = entry.signed().get();
        var head = node.chainHead();
        var outcome = fate.executed(wish, head);
        if (outcome.isEmpty()) {
            lookAfter(wish, head, confidence);
            return Optional.empty();
        }
        var lookup = outcome.map(MessageFate.Outcome::lookup);
        long depth = head.height().minus(lookup.get().height());
        if (outcome.get().purpose() != Purpose.SEND) {
            if (depth >= Math.max(confidence, SETTLED_DEPTH)) {
                throw usedForNothing(wish, outcome.get());
            }
            return Optional.empty();
        }
        // A cost that was noted while it was shallow may be that of another fork.
        var known = wish.record().gasCost().filter(cost -> !wish.isUnderWay());
        var cost = known.or(() -> fate.gasCost(wish, lookup.get()));
        if (depth < confidence) {
            stored.costs(wish, cost);
            return Optional.empty();
        }
        stored.executed(wish, lookup.get(), cost);
        settler.told(wish, depth >= SETTLED_DEPTH);
        return lookup;
    }

    /** The nonce was used by a message of ours that does nothing, deep enough in the chain. */
    private AditException usedForNothing(SignedWish wish, MessageFate.Outcome outcome) {
        boolean isGivenUp = outcome.purpose() == Purpose.CANCEL;
        stored.impossible(
                wish,
                isGivenUp ? MessageState.CANCELLED : MessageState.FAILED,
                isGivenUp ? CANCELLED : MADE_WAY,
                fate.gasCost(wish, outcome.lookup()));
        return isGivenUp ? cancelled(wish.record()) : nonceTaken(stored.get(wish.key()));
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

    /** What an operator does with messages. */
    public MessageControl control() {
        return new MessageControl(
                node, stored, funds, replacer, new MessageReport(node, stored, fate), new MessageControl.Turns() {
                    @Override
                    public <T> T inTurn(MessageRecord record, Supplier<T> work) {
                        return lane(record.from()).inTurn(MessagePriority.WINDOW_POST, work);
                    }
                });
    }

    /** How long the sending addresses can go on paying; the worker sends what has no address of its own. */
    public BalanceWatch balances(Address worker, MeterRegistry registry) {
        return new BalanceWatch(node, stored, gate, policy, worker, registry, timeline);
    }

    /** Which messages are not getting into the chain. */
    public StuckMessages stuck() {
        return new StuckMessages(stored, policy, overdue, settler::isExecuted, timeline);
    }

    /**
     * Pushes everything again that is signed, not executed, and not known to the node: to be called when the process starts. A
     * sender whose messages cannot be pushed now is logged and left to {@link #send}, {@link #found} and {@link #settle}.
     */
    public void resumeAll() {
        stored.sendersUnderWay().forEach(sender -> pushForgotten(sender, MessagePriority.WINDOW_POST));
        settler.recall();
    }

    /**
     * Pushes what the node has forgotten, replaces what is stuck, fills gaps before messages of ours, and stores the outcome of
     * messages that are long executed and that nobody asked for; gives up proofs that were not signed in time: to be called now and then, such as for each new head. Each sender
     * has a strand of its own, and one that a node keeps waiting goes on after this returns. What cannot be done now is logged and
     * left to the next call.
     */
    public void settle() {
        overdue.look();
        settler.settle();
    }

    private MessageSettler.Hands hands() {
        return new MessageSettler.Hands() {
            @Override
            public void pushForgotten(Address sender) {
                MessageOutbox.this.pushForgotten(sender, MessagePriority.BACKGROUND);
            }

            @Override
            public void inTurn(Address sender, Runnable work) {
                MessageOutbox.this.inTurn(sender, MessagePriority.WINDOW_POST, work);
            }

            @Override
            public void lookFor(String key, int confidence) {
                found(key, confidence);
            }
        };
    }

    private <T> T inTurn(MessageRecord record, Supplier<T> work) {
        return lane(record.from()).inTurn(MessagePriority.ofWeight(record.priority()), work);
    }

    private void inTurn(Address sender, MessagePriority priority, Runnable work) {
        lane(sender).inTurn(priority, () -> {
            work.run();
            return sender;
        });
    }

    private SenderLane lane(Address sender) {
        return lanes.computeIfAbsent(sender, address -> new SenderLane(timeline));
    }

    private Optional<Cid> tryToSign(MessageRecord wish) {
        try {
            return signAndPush(wish);
        } catch (InsufficientFundsException e) {
            stored.notSigned(wish.intentKey(), String.valueOf(e.getMessage()));
            inTurn(wish.from(), MessagePriority.WINDOW_POST, () -> forgotten.giveUpUnpayable(wish));
            throw e;
        } catch (AditException e) {
            stored.notSigned(wish.intentKey(), String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /**
     * Estimates before it takes a turn, since that may take minutes, in which nothing more urgent should have to wait.
     *
     * @return empty when the record has to be looked at again
     */
    private Optional<Cid> signAndPush(MessageRecord wish) {
        gate.requireQuietChain(wish, node.chainHead());
        var message = Message.unpriced(
                wish.from(),
                wish.to(),
                wish.value(),
                wish.method(),
                wish.params().array());
        var estimated = pricer.estimate(what(wish), message, wish.maxFee(), funds.free(wish.from()));
        return inTurn(wish, () -> {
            // Another thread may have sent it or changed it.
            if (!stored.get(wish.intentKey()).equals(wish)) {
                return Optional.empty();
            }
            return pusher.firstPush(sign(wish, estimated));
        });
    }

    /** Signs with the next nonce; afterwards the bytes are on disk. */
    private SignedWish sign(MessageRecord wish, Message estimated) {
        var head = node.chainHead();
        var priority = MessagePriority.ofWeight(wish.priority());
        var priced = pricer.admit(
                what(wish),
                estimated,
                wish.maxFee(),
                priority,
                funds.free(wish.from()),
                stored.proofsToSign(wish.from(), head.height()),
                gate.leftToday(priority, wish.intentKey()),
                head.parentBaseFee());
        long next = nextNonce(wish);
        var message = priced.withNonce(next);
        var saved = signWithinDay(wish, message, head);
        MessagePusher.reach("message.signed", wish.intentKey());
        LOG.info(
                "Signed {} as {} with nonce {}",
                wish.intentKey(),
                saved.newest().cid(),
                next);
        return saved;
    }

    /** One of a lane at a time, whoever sends it: what it may cost is counted before the next one is looked at. */
    private SignedWish signWithinDay(MessageRecord wish, Message message, TipSet head) {
        var lock = Objects.requireNonNull(signing.get(MessagePriority.ofWeight(wish.priority())));
        lock.lock();
        try {
            gate.requireWithinDay(wish, message.maxFee());
            var signed = new SignedMessage(message, signer.sign(wish.from(), SigningContents.message(message)));
            return stored.signed(wish, signed, head.height());
        } finally {
            lock.unlock();
        }
    }

    /** Neither the chain, nor the pool, nor this store has used it; everything before it is with the node. */
    private long nextNonce(MessageRecord wish) {
        forgotten.push(wish.from(), Optional.of(wish));
        return Math.max(node.mpoolGetNonce(wish.from()), stored.nextNonce(wish.from()));
    }

    /** @return empty when the message is no longer signed, and has to be looked at again */
    private Optional<Cid> keepInPool(MessageRecord record) {
        requirePossible(record);
        if (record.state() == MessageState.DONE || record.state() == MessageState.FAILED) {
            return record.cid();
        }
        return inTurn(record, () -> {
            var current = stored.signedWish(record.intentKey());
            current.ifPresent(wish -> {
                if (node.mpoolGetNonce(wish.from()) <= wish.nonce()) {
                    pusher.pushAgain(wish);
                }
            });
            return current.map(wish -> wish.newest().cid());
        });
    }

    /** Not on the chain: back into the pool with it, unless its nonce was used by another message for good. */
    private void lookAfter(SignedWish wish, TipSet head, int confidence) {
        if (node.mpoolGetNonce(wish.from()) <= wish.nonce()) {
            inTurn(wish.record(), () -> {
                var current = stored.signedWish(wish.key());
                current.filter(now -> now.nonce() == wish.nonce()
                                && !now.isImpossible()
                                && node.mpoolGetNonce(now.from()) <= now.nonce())
                        .ifPresent(pusher::pushAgain);
                return current;
            });
            return;
        }
        int believed = wish.priority().keepsPower() ? TAKEN_DEPTH_OF_POWER : SETTLED_DEPTH;
        fate.takenBy(wish, head, Math.max(confidence, believed)).ifPresent(other -> {
            stored.impossible(
                    wish,
                    MessageState.FAILED,
                    "another message of its sender, " + other + ", had nonce " + wish.nonce(),
                    Optional.empty());
            throw nonceTaken(stored.get(wish.key()));
        });
    }

    private void pushForgotten(Address sender, MessagePriority priority) {
        try {
            inTurn(sender, priority, () -> forgotten.push(sender, Optional.empty()));
        } catch (AditException e) {
            if (e.code() != MessageErrorCode.MESSAGE_BLOCKED) {
                pusher.sayOnce(
                        sender.toString(),
                        "Messages of " + sender + " are still to be pushed: " + e.getMessage(),
                        false);
            }
        }
    }

    private static String what(MessageRecord record) {
        return "message " + record.intentKey();
    }

    private static void requirePossible(MessageRecord record) {
        if (record.state() == MessageState.CANCELLED) {
            throw cancelled(record);
        }
        if (SignedWish.isImpossible(record)) {
            throw nonceTaken(record);
        }
    }

    private static AditException cancelled(MessageRecord record) {
        return new AditException(
                MessageErrorCode.MESSAGE_CANCELLED, "Message %s: %s".formatted(record.intentKey(), CANCELLED));
    }

    private static AditException nonceTaken(MessageRecord record) {
        return new AditException(
                MessageErrorCode.MESSAGE_NONCE_TAKEN,
                "Message %s (%s) cannot be executed: %s"
                        .formatted(
                                record.intentKey(),
                                record.cid().orElseThrow(),
                                record.error().orElse("its nonce was used by another")));
    }
}
