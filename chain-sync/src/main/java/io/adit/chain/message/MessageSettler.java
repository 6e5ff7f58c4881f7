package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the outbox does unasked at each head: push again, replace, fill gaps, and store outcomes that nobody asked for. */
final class MessageSettler {
    private static final Logger LOG = LoggerFactory.getLogger(MessageSettler.class);

    /** How far back a restart looks for outcomes that may still change. */
    private static final Duration WHILE_SHALLOW = Duration.ofHours(1);

    private static final int MOST_SHALLOW = 500;

    /** What the outbox does for it. */
    interface Hands {
        /** Pushes what a sender's pool lacks; what cannot be done is said, not thrown. */
        void pushForgotten(Address sender);

        /** Does the work in the sender's turn. */
        void inTurn(Address sender, Runnable work);

        /** Asks the chain for the outcome of a message, and stores it. */
        void lookFor(String key, int confidence);
    }

    private final FullNode node;
    private final StoredMessages stored;
    private final MessageFate fate;
    private final MessageReplacer replacer;
    private final NonceGaps gaps;
    private final Hands hands;
    private final Timeline timeline;
    private final SenderStrands strands;

    /** Messages whose outcome was told, but may still be changed by a reorganisation. */
    private final Map<String, Address> shallow = new ConcurrentHashMap<>();

    /** The lowest nonce that the chain of the last head had not used, by sender. */
    private final Map<Address, Long> unused = new ConcurrentHashMap<>();

    private volatile boolean dated;

    MessageSettler(
            FullNode node,
            StoredMessages stored,
            MessageFate fate,
            MessageReplacer replacer,
            NonceGaps gaps,
            Hands hands,
            Timeline timeline) {
        this.node = node;
        this.stored = stored;
        this.fate = fate;
        this.replacer = replacer;
        this.gaps = gaps;
        this.hands = hands;
        this.timeline = timeline;
        this.strands = new SenderStrands(timeline, this::settle);
    }

    /** When the process starts: outcomes of late may have been told before. */
    void recall() {
        var recently = timeline.instant().minus(WHILE_SHALLOW);
        stored.recent(MOST_SHALLOW).stream()
                .filter(record ->
                        record.minedHeight().isPresent() && record.updatedAt().isAfter(recently))
                .forEach(record -> shallow.put(record.intentKey(), record.from()));
    }

    /** An outcome was told at this depth. */
    void told(SignedWish wish, boolean isDeep) {
        if (isDeep) {
            shallow.remove(wish.key());
        } else {
            shallow.put(wish.key(), wish.from());
        }
    }

    /** Whether its nonce was used at the last head. */
    boolean isExecuted(SignedWish wish) {
        return wish.nonce() < unused.getOrDefault(wish.from(), 0L);
    }

    void settle() {
        var senders = new HashSet<>(stored.sendersUnderWay());
        senders.addAll(shallow.values());
        strands.run(senders);
    }

    private void settle(Address sender) {
        hands.pushForgotten(sender);
        try {
            var head = node.chainHead();
            date(head);
            settle(sender, head);
            reopen(sender, head);
            Consumer<Runnable> inTurn = work -> hands.inTurn(sender, work);
            if (replacer.mayBeStuck(sender, head)) {
                replacer.replaceStuck(sender, head, inTurn);
            }
            gaps.look(sender, head, inTurn);
        } catch (AditException e) {
            LOG.warn("Messages of {} are still to be settled: {}", sender, e.getMessage());
        }
        shallow.forEach((key, from) -> {
            if (from.equals(sender)) {
                settle(key);
            }
        });
    }

    /** What an older release signed has been in the pool for nobody knows how long: it is given the time that a new one has. */
    private void date(TipSet head) {
        if (!dated) {
            int undated = stored.dateUndated(head.height());
            dated = true;
            if (undated > 0) {
                LOG.info("{} signed messages of an older release count as signed at epoch {}", undated, head.height());
            }
        }
    }

    private void settle(Address sender, TipSet head) {
        var deep = new Epoch(Math.max(0, head.height().value() - MessageOutbox.SETTLED_DEPTH));
        long executed = fate.nonceAt(
                sender, node.chainGetTipSetByHeight(deep, head.key()).key());
        for (var wish : stored.underWay(sender)) {
            if (wish.nonce() < executed) {
                settle(wish.key());
            }
        }
        noteCosts(sender, head);
    }

    /** What is executed costs its lane's day no more than that, however shallow it is, as long as no reorganisation undoes it. */
    private void noteCosts(Address sender, TipSet head) {
        long used = fate.nonceAt(sender, head.key());
        unused.put(sender, used);
        for (var wish : stored.underWay(sender)) {
            boolean isExecuted = wish.nonce() < used;
            if (isExecuted == wish.record().gasCost().isPresent()) {
                continue;
            }
            try {
                var cost = isExecuted
                        ? fate.executed(wish, head).flatMap(outcome -> fate.gasCost(wish, outcome.lookup()))
                        : Optional.<TokenAmount>empty();
                stored.costs(wish, cost);
            } catch (AditException e) {
                LOG.debug("What {} cost is not known yet: {}", wish.key(), e.getMessage());
            }
        }
    }

    /**
     * A reorganisation below the depth at which outcomes are final leaves messages in the pool whose wishes count as done:
     * nobody would make them dearer, and they would hold up all that was signed after them.
     */
    private void reopen(Address sender, TipSet head) {
        for (var wish : stored.fromNonce(sender, fate.nonceAt(sender, head.key()))) {
            boolean takenBack = wish.record()
                    .minedHeight()
                    .filter(mined -> !head.height().isBefore(mined))
                    .isPresent();
            if (takenBack && !wish.isUnderWay()) {
                LOG.warn(
                        "A reorganisation has taken back {}, nonce {}, which was settled; it is under way again",
                        wish.key(),
                        wish.nonce());
                stored.takenBack(wish);
            }
        }
    }

    private void settle(String key) {
        try {
            hands.lookFor(key, MessageOutbox.SETTLED_DEPTH);
        } catch (AditException e) {
            if (!(e instanceof RpcException)) {
                shallow.remove(key);
            }
            LOG.warn("Settling {}: {}", key, e.getMessage());
        }
    }
}
