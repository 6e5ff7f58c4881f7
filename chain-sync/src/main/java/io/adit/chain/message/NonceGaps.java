package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate.Purpose;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills nonces that nobody uses any more and that messages of ours wait behind: a message of another program with the same key
 * was in the pool when ours were signed, and is gone; or a deep reorganisation took back what had used up the nonce of a message
 * that was given up. Ours are not signed anew, since their bytes may be executed as soon as the gap closes, whoever closes it;
 * the nonce is used for nothing.
 */
final class NonceGaps {
    private static final Logger LOG = LoggerFactory.getLogger(NonceGaps.class);

    /** A node that changes its head or was just started may lack for an epoch what others have. */
    private static final long PATIENCE = 2;

    /** At one head; a pool hardly takes more of an untrusted sender with a gap before them. */
    private static final long MOST_AT_ONCE = 10;

    private final FullNode node;
    private final Signer signer;
    private final StoredMessages stored;
    private final MessagePusher pusher;
    private final MessageReplacer replacer;
    private final MessageFate fate;
    private final Map<Address, Gap> seen = new ConcurrentHashMap<>();

    private record Gap(long nonce, Epoch since) {}

    NonceGaps(
            FullNode node,
            Signer signer,
            StoredMessages stored,
            MessagePusher pusher,
            MessageReplacer replacer,
            MessageFate fate) {
        this.node = node;
        this.signer = signer;
        this.stored = stored;
        this.pusher = pusher;
        this.replacer = replacer;
        this.fate = fate;
    }

    /** Looks once for each head, after everything forgotten was pushed; signs and pushes in the sender's turn. */
    void look(Address sender, TipSet head, Consumer<Runnable> inTurn) {
        var behind = behindGap(sender);
        if (behind.isEmpty()) {
            seen.remove(sender);
            return;
        }
        long nonce = node.mpoolGetNonce(sender);
        var gap = seen.compute(
                sender,
                (key, known) -> known != null && known.nonce() == nonce ? known : new Gap(nonce, head.height()));
        if (head.height().minus(gap.since()) >= PATIENCE) {
            inTurn.accept(() -> fill(sender, head));
        }
    }

    /** Messages of ours that wait for a nonce which neither the pool nor this store has anything for. */
    private List<SignedWish> behindGap(Address sender) {
        long next = node.mpoolGetNonce(sender);
        var waiting = stored.underWay(sender).stream()
                .filter(wish -> wish.nonce() >= next)
                .toList();
        boolean isGap = !waiting.isEmpty()
                && waiting.getFirst().nonce() > next
                && stored.fromNonce(sender, next).getFirst().nonce() > next
                && !mayBeInPool(sender, next);
        return isGap ? waiting : List.of();
    }

    /** Where the pool is not seen, a message of another program may be there: nothing is filled. */
    private boolean mayBeInPool(Address sender, long nonce) {
        return fate.pool(sender).map(pool -> pool.containsKey(nonce)).orElse(true);
    }

    private void fill(Address sender, TipSet head) {
        for (int count = 0; count < MOST_AT_ONCE; count++) {
            var behind = behindGap(sender);
            if (behind.isEmpty()) {
                return;
            }
            long nonce = node.mpoolGetNonce(sender);
            var limit = behind.stream().map(MessageReplacer::limitOf).reduce(TokenAmount.ZERO, TokenAmount::max);
            var message = EmptyTransfer.priced(node, sender, nonce, limit, head);
            if (message.isEmpty()) {
                pusher.sayOnce(
                        sender.toString(),
                        "Nonce %d of %s is used by nothing, and the fee limit of %s does not buy the base fee to fill it"
                                .formatted(nonce, sender, limit),
                        true);
                return;
            }
            LOG.warn(
                    "Nonce {} of {} is used by nothing any more, and {} waits behind it: it is filled with an empty message."
                            + " Does another program use the key?",
                    nonce,
                    sender,
                    behind.getFirst().key());
            var ended = stored.withNonce(sender, nonce);
            if (ended.isPresent()) {
                useUpAgain(ended.get(), message.get(), head);
            } else {
                fill(sender, message.get(), behind, head);
            }
        }
    }

    private void fill(Address sender, Message message, List<SignedWish> behind, TipSet head) {
        var key = "gap/%s/%d".formatted(sender, message.nonce());
        var limit = behind.stream().map(MessageReplacer::limitOf).reduce(TokenAmount.ZERO, TokenAmount::max);
        stored.remember(new MessageIntent(
                key,
                sender,
                sender,
                message.value(),
                message.method(),
                message.params(),
                limit,
                MessagePriority.BACKGROUND,
                Optional.empty()));
        var signed = new SignedMessage(message, signer.sign(sender, SigningContents.message(message)));
        pusher.firstPush(stored.signed(stored.get(key), signed, head.height()));
    }

    /** A message that was given up had this nonce: what used it up then does so again, never the message itself. */
    private void useUpAgain(SignedWish ended, Message message, TipSet head) {
        if (ended.newest().purpose() != Purpose.SEND) {
            pusher.pushAgain(ended);
            return;
        }
        var newest = SignedWish.message(ended.newest());
        var premium = BaseFees.replacing(newest.gasPremium()).max(message.gasPremium());
        var cap = message.gasFeeCap().max(premium);
        replacer.replace(
                ended,
                Purpose.MAKE_WAY,
                MessageReplacer.withFees(message, new MessageReplacer.Fees(cap, premium)),
                head);
    }
}
