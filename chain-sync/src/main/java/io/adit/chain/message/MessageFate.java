package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageCandidate.Purpose;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out from the chain what became of signed bytes. A node that lacks the message or the history answers a search as if the
 * message had never been executed, or with an error; so "another message has the nonce" is said only after that other message
 * was seen on the chain, and where neither can be seen the answer is {@link MessageErrorCode#MESSAGE_FATE_UNKNOWN}.
 */
final class MessageFate {
    private static final Logger LOG = LoggerFactory.getLogger(MessageFate.class);

    /** Two finalities: as far as the first search for a message goes back. */
    private static final long SEARCH_LOOKBACK = 1800;

    private static final long SEARCH_WITHOUT_LIMIT = -1;

    /** The first step back in looking for the epoch in which a nonce was used; each further one is four times as long. */
    private static final long FIRST_STEP = 32;

    private final FullNode node;

    MessageFate(FullNode node) {
        this.node = node;
    }

    /** The message that used a nonce, and where. */
    private record NonceUse(MessageLookup lookup, boolean ours) {}

    /**
     * What was executed, and what that means for the wish: a message that nobody here knows and that does nothing, found in the
     * search for a cancelling one, means what that would have meant.
     */
    record Outcome(MessageLookup lookup, Purpose purpose) {}

    /**
     * Where one of the wish's messages, or one that does the same for another fee, was executed on the chain that ends at {@code
     * head}; the lookup says which.
     *
     * @return empty when none is executed there
     * @throws AditException {@link MessageErrorCode#MESSAGE_FATE_UNKNOWN}, or the node's own when it cannot be reached
     */
    Optional<Outcome> executed(SignedWish wish, TipSet head) {
        for (long lookback : new long[] {SEARCH_LOOKBACK, SEARCH_WITHOUT_LIMIT}) {
            for (var candidate : wish.toSearchFor()) {
                var found = search(wish, candidate.cid(), head, lookback);
                if (found.isPresent()) {
                    return found.map(lookup -> outcome(wish, lookup, candidate.purpose()));
                }
            }
            if (nonceAt(wish.from(), head.key()) <= wish.nonce()) {
                return Optional.empty();
            }
        }
        return nonceUse(wish, head).filter(NonceUse::ours).map(use -> outcome(wish, use.lookup(), Purpose.SEND));
    }

    private static Outcome outcome(SignedWish wish, MessageLookup lookup, Purpose purposeOfUnknown) {
        var purpose =
                wish.candidate(lookup.message()).map(MessageCandidate::purpose).orElse(purposeOfUnknown);
        return new Outcome(lookup, purpose);
    }

    /** Empty also when the node fails; whether that means anything is seen from the nonce. */
    private Optional<MessageLookup> search(SignedWish wish, Cid cid, TipSet head, long lookback) {
        try {
            return node.stateSearchMsg(head.key(), cid, lookback, true);
        } catch (RpcException e) {
            // Lotus fails when another message has the nonce; a node without the message or the history fails too.
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            LOG.info("Searching for {} ({}): {}", wish.key(), cid, e.nodeMessage());
            return Optional.empty();
        }
    }

    /**
     * The other message that was executed with the nonce of this one, {@code depth} epochs or more below {@code head}.
     *
     * @throws AditException as {@link #executed}
     */
    Optional<Cid> takenBy(SignedWish wish, TipSet head, long depth) {
        var deep = new Epoch(Math.max(0, head.height().value() - depth));
        var past = node.chainGetTipSetByHeight(deep, head.key());
        if (nonceAt(wish.from(), past.key()) <= wish.nonce()) {
            return Optional.empty();
        }
        return nonceUse(wish, past)
                .filter(use -> !use.ours())
                .map(use -> use.lookup().message());
    }

    /** What its gas cost, if the node can still tell. */
    Optional<TokenAmount> gasCost(SignedWish wish, MessageLookup lookup) {
        try {
            var carrier =
                    node.chainGetTipSet(node.chainGetTipSet(lookup.tipSet()).parents());
            return wish.candidate(lookup.message())
                    .map(candidate -> GasCost.of(
                            SignedWish.message(candidate), lookup.receipt().gasUsed(), carrier.parentBaseFee()));
        } catch (RpcException e) {
            LOG.debug("What {} cost cannot be told: {}", wish.key(), e.getMessage());
            return Optional.empty();
        }
    }

    /** The next nonce in the state that the tipset was made on: messages of the tipset itself are not counted. */
    long nonceAt(Address sender, TipSetKey at) {
        return node.stateGetActor(sender, at).map(ActorState::nonce).orElse(0L);
    }

    boolean inPool(Cid cid) {
        return node.mpoolPending(TipSetKey.EMPTY).stream()
                .anyMatch(pending -> pending.cid().equals(cid));
    }

    /**
     * What the node's pool has of a sender, by nonce. There is no call for one sender's messages, so it is the whole pool that is
     * read; that of a congested network may be more than an answer can hold.
     *
     * @return empty when the node does not give its pool
     */
    Optional<Map<Long, SignedMessage>> pool(Address sender) {
        try {
            var pool = new HashMap<Long, SignedMessage>();
            for (var pending : node.mpoolPending(TipSetKey.EMPTY)) {
                if (pending.message().from().equals(sender)) {
                    pool.put(pending.message().nonce(), pending);
                }
            }
            return Optional.of(pool);
        } catch (RpcException e) {
            LOG.warn("What the pool has of {} is not known: {}", sender, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<NonceUse> nonceUse(SignedWish wish, TipSet head) {
        try {
            return nonceAt(wish.from(), head.key()) <= wish.nonce()
                    ? Optional.empty()
                    : Optional.of(usedIn(wish, firstWithNonceUsed(wish, head)));
        } catch (RpcException e) {
            if (e.code() != RpcErrorCode.CALL_FAILED && e.code() != RpcErrorCode.ACTOR_NOT_FOUND) {
                throw e;
            }
            throw unknown(wish, e.nodeMessage(), e);
        }
    }

    /** The oldest tipset on whose parent state the nonce is used: its parents carry the message. */
    private TipSet firstWithNonceUsed(SignedWish wish, TipSet head) {
        long used = head.height().value();
        long unused = Math.max(0, used - FIRST_STEP);
        for (long step = FIRST_STEP; unused > 0 && isUsedAt(wish, unused, head); step *= 4) {
            used = unused;
            unused = Math.max(0, used - step);
        }
        while (used - unused > 1) {
            long middle = (used + unused) / 2;
            if (isUsedAt(wish, middle, head)) {
                used = middle;
            } else {
                unused = middle;
            }
        }
        return node.chainGetTipSetByHeight(new Epoch(used), head.key());
    }

    private boolean isUsedAt(SignedWish wish, long epoch, TipSet head) {
        var tipSet = node.chainGetTipSetByHeight(new Epoch(epoch), head.key());
        return nonceAt(wish.from(), tipSet.key()) > wish.nonce();
    }

    private NonceUse usedIn(SignedWish wish, TipSet child) {
        var block = child.blocks().getFirst().cid();
        var messages = node.chainGetParentMessages(block);
        for (int index = 0; index < messages.size(); index++) {
            var carried = messages.get(index);
            if (carried.message().nonce() == wish.nonce()
                    && isFrom(wish.from(), carried.message().from(), child)) {
                var receipt = node.chainGetParentReceipts(block).get(index);
                var lookup = new MessageLookup(carried.cid(), receipt, child.key(), child.height());
                return new NonceUse(lookup, wish.isOurs(carried.cid(), carried.message()));
            }
        }
        throw unknown(wish, "no message with its nonce below " + child.height(), null);
    }

    /** A message may name its sender by ID. */
    private boolean isFrom(Address sender, Address named, TipSet at) {
        return named.equals(sender) || (named.id().isPresent() && named.equals(node.stateLookupID(sender, at.key())));
    }

    private static AditException unknown(SignedWish wish, String why, @Nullable Throwable cause) {
        var text = "Looking for message %s (%s): its nonce %d is used, but the node cannot say by which message: %s"
                .formatted(wish.key(), wish.newest().cid(), wish.nonce(), why);
        LOG.warn("{}", text);
        return cause == null
                ? new AditException(MessageErrorCode.MESSAGE_FATE_UNKNOWN, text)
                : new AditException(MessageErrorCode.MESSAGE_FATE_UNKNOWN, text, cause);
    }
}
