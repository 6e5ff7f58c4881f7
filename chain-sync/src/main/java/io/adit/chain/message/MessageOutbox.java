package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
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
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.task.CrashPoints;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages to the chain, each at most once, through crashes of this process and of the node; the package description says
 * how. All methods block, may be called from any thread, and throw the node's {@link RpcException} when it cannot be reached;
 * calling again is always safe.
 */
public final class MessageOutbox {
    private static final Logger LOG = LoggerFactory.getLogger(MessageOutbox.class);

    /** Two finalities: as far as the first search for a message goes back. */
    private static final long SEARCH_LOOKBACK = 1800;

    private static final long SEARCH_WITHOUT_LIMIT = -1;

    /** How often one call signs anew because the nonce went to somebody else meanwhile. */
    private static final int SIGNING_ATTEMPTS = 3;

    private static final Duration POLL_PAUSE = Duration.ofMillis(200);

    private final FullNode node;
    private final Signer signer;
    private final StoredMessages stored;
    private final MessagePricer pricer;
    private final Map<Address, SenderLane> lanes = new ConcurrentHashMap<>();

    public MessageOutbox(StateStore store, FullNode node, Signer signer, InstantSource clock) {
        this.node = node;
        this.signer = signer;
        this.stored = new StoredMessages(store, clock);
        this.pricer = new MessagePricer(node);
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
        CrashPoints.reach("message.intent");
        return lane(intent.from()).inTurn(intent.priority(), () -> sendInTurn(intent.key()));
    }

    /**
     * Goes on with a wish as it is stored, signed or not: for callers that would have to compute its value or parameters anew and
     * may get others.
     *
     * @return the message's CID, as {@link #send}; empty when nothing was ever asked for under the key
     * @throws AditException as {@link #send}
     */
    public Optional<Cid> resume(String key) {
        return stored.find(key)
                .map(record ->
                        lane(record.from()).inTurn(MessagePriority.ofWeight(record.priority()), () -> sendInTurn(key)));
    }

    private Cid sendInTurn(String key) {
        for (int attempt = 0; attempt < SIGNING_ATTEMPTS; attempt++) {
            var record = stored.get(key);
            switch (record.state()) {
                case INTENT -> {
                    var signed = sign(record);
                    if (push(signed)) {
                        return cid(signed);
                    }
                }
                case SIGNED -> {
                    if (push(record)) {
                        return cid(record);
                    }
                }
                case PUSHED -> {
                    pushIfForgotten(record);
                    return cid(record);
                }
                case DONE -> {
                    return cid(record);
                }
                case FAILED -> {
                    if (record.exitCode().isPresent()) {
                        return cid(record);
                    }
                    throw nonceTaken(record);
                }
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
     * @throws AditException {@link MessageErrorCode#MESSAGE_UNKNOWN}; {@link MessageErrorCode#MESSAGE_NONCE_TAKEN}, from then on
     *     at every call
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
        var lookup = search(head.key(), cid(record), SEARCH_LOOKBACK);
        if (lookup.isEmpty()
                && chainNonce(record.from(), head.key()) > record.nonce().getAsLong()) {
            lookup = search(head.key(), cid(record), SEARCH_WITHOUT_LIMIT);
        }
        if (lookup.isEmpty()) {
            lane(record.from())
                    .inTurn(MessagePriority.ofWeight(record.priority()), () -> lookAfter(key, head, confidence));
            return Optional.empty();
        }
        if (head.height().minus(lookup.get().height()) < confidence) {
            return Optional.empty();
        }
        stored.executed(key, lookup.get());
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
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            var lookup = found(key, confidence);
            if (lookup.isPresent() || System.nanoTime() - end >= 0) {
                return lookup;
            }
            Thread.sleep(POLL_PAUSE);
        }
    }

    /** The stored message of this key, for people and for tasks that only want to know how far it is. */
    public Optional<MessageRecord> record(String key) {
        return stored.find(key);
    }

    /**
     * Pushes everything again that is signed, not executed, and not known to the node: to be called when the process starts. A
     * sender whose messages cannot be pushed now is logged and left to {@link #send} and {@link #found}.
     */
    public void resumeAll() {
        for (var sender : stored.sendersUnderWay()) {
            try {
                lane(sender).inTurn(MessagePriority.WINDOW_POST, () -> pushForgotten(sender));
            } catch (AditException e) {
                LOG.warn("Messages of {} are still to be pushed: {}", sender, e.getMessage());
            }
        }
    }

    private SenderLane lane(Address sender) {
        return lanes.computeIfAbsent(sender, address -> new SenderLane());
    }

    /** Prices and signs with the next nonce; afterwards the bytes are on disk. */
    private MessageRecord sign(MessageRecord record) {
        var priced = pricer.price(
                "message " + record.intentKey(),
                Message.unpriced(
                        record.from(),
                        record.to(),
                        record.value(),
                        record.method(),
                        record.params().array()),
                record.maxFee(),
                MessagePriority.ofWeight(record.priority()),
                reserved(record.from()));
        long next = pushForgotten(record.from());
        var message = priced.withNonce(next);
        var signed = new SignedMessage(message, signer.sign(record.from(), message.signingBytes()));
        var saved = stored.signed(record, next, signed);
        CrashPoints.reach("message.signed");
        LOG.info("Signed {} as {} with nonce {}", record.intentKey(), signed.cid(), next);
        return saved;
    }

    /**
     * Pushes whatever the node's pool lacks, lowest nonce first, and answers the next nonce: neither the chain, nor the pool, nor
     * this store has used it.
     */
    private long pushForgotten(Address sender) {
        long next = node.mpoolGetNonce(sender);
        for (var record : stored.from(sender)) {
            if (record.nonce().getAsLong() >= next) {
                push(record);
            }
        }
        return Math.max(node.mpoolGetNonce(sender), stored.nextNonce(sender));
    }

    private TokenAmount reserved(Address sender) {
        long executed = chainNonce(sender, TipSetKey.EMPTY);
        return stored.from(sender).stream()
                .filter(record -> record.nonce().getAsLong() >= executed)
                .map(record -> bytes(record).message().requiredFunds())
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }

    private long chainNonce(Address sender, TipSetKey at) {
        return node.stateGetActor(sender, at).map(ActorState::nonce).orElse(0L);
    }

    private void pushIfForgotten(MessageRecord record) {
        if (node.mpoolGetNonce(record.from()) <= record.nonce().getAsLong()) {
            push(record);
        }
    }

    /**
     * Pushes the stored bytes.
     *
     * @return false when the message can never be executed and has given its nonce back
     */
    private boolean push(MessageRecord record) {
        try {
            node.mpoolPush(bytes(record));
        } catch (RpcException e) {
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            return afterRefusal(record, e);
        }
        stored.pushed(record);
        CrashPoints.reach("message.pushed");
        LOG.info("Pushed {} with nonce {} for {}", cid(record), record.nonce().getAsLong(), record.intentKey());
        return true;
    }

    /** Nodes word their refusals differently, so what happened is found out from the pool and the chain. */
    private boolean afterRefusal(MessageRecord record, RpcException refusal) {
        if (inPool(record) || isExecuted(record, SEARCH_LOOKBACK)) {
            stored.pushed(record);
            return true;
        }
        boolean nonceUsed = node.mpoolGetNonce(record.from()) > record.nonce().getAsLong();
        if (nonceUsed && isExecuted(record, SEARCH_WITHOUT_LIMIT)) {
            stored.pushed(record);
            return true;
        }
        // Bytes with a later nonce can only be executed after some with this one: then it must not be given back.
        boolean isLast = stored.nextNonce(record.from()) == record.nonce().getAsLong() + 1;
        if (record.state() == MessageState.SIGNED && (nonceUsed || isLast)) {
            stored.released(record, refusal.nodeMessage());
            LOG.warn("The node refused {}: {}", record.intentKey(), refusal.nodeMessage());
            if (nonceUsed) {
                return false;
            }
        }
        throw new AditException(
                MessageErrorCode.MESSAGE_REFUSED,
                "Pushing %s (%s, nonce %d): %s"
                        .formatted(
                                record.intentKey(), cid(record), record.nonce().getAsLong(), refusal.nodeMessage()),
                refusal);
    }

    private boolean inPool(MessageRecord record) {
        var cid = cid(record);
        return node.mpoolPending(TipSetKey.EMPTY).stream()
                .anyMatch(pending -> pending.cid().equals(cid));
    }

    private boolean isExecuted(MessageRecord record, long lookback) {
        return search(TipSetKey.EMPTY, cid(record), lookback).isPresent();
    }

    /** A node answers with an error when another message was executed with the same nonce: then this one was not. */
    private Optional<MessageLookup> search(TipSetKey from, Cid cid, long lookback) {
        try {
            return node.stateSearchMsg(from, cid, lookback, true);
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.CALL_FAILED) {
                LOG.warn("Searching for {}: {}", cid, e.nodeMessage());
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Not on the chain: back into the pool with it, unless its nonce was used by another message for good. */
    private boolean lookAfter(String key, TipSet head, int confidence) {
        var record = stored.get(key);
        if (record.cid().isEmpty() || isImpossible(record)) {
            return false;
        }
        long nonce = record.nonce().getAsLong();
        if (node.mpoolGetNonce(record.from()) <= nonce) {
            return push(record);
        }
        var deep = new Epoch(Math.max(0, head.height().value() - confidence));
        var past = node.chainGetTipSetByHeight(deep, head.key());
        if (chainNonce(record.from(), past.key()) > nonce && !isExecuted(record, SEARCH_WITHOUT_LIMIT)) {
            stored.impossible(record, "nonce " + nonce + " was used by another message");
            throw nonceTaken(record);
        }
        return true;
    }

    private static boolean isImpossible(MessageRecord record) {
        return record.state() == MessageState.FAILED && record.exitCode().isEmpty();
    }

    private static AditException nonceTaken(MessageRecord record) {
        return new AditException(
                MessageErrorCode.MESSAGE_NONCE_TAKEN,
                "Message %s (%s) cannot be executed: another message of %s had nonce %d"
                        .formatted(
                                record.intentKey(),
                                cid(record),
                                record.from(),
                                record.nonce().getAsLong()));
    }

    private static Cid cid(MessageRecord record) {
        return record.cid().orElseThrow();
    }

    private static SignedMessage bytes(MessageRecord record) {
        return SignedMessage.fromCbor(record.signedMessage().map(Bytes::array).orElseThrow());
    }
}
