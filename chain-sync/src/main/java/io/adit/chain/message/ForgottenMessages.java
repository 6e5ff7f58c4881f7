package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageRecord;
import java.util.Optional;

/**
 * Has everything signed of a sender in the pool, in order. What the node refuses blocks all that comes after it; where that keeps
 * power, the nonce of the refused one is used for nothing.
 */
final class ForgottenMessages {
    /** Messages in front of a proof that are got out of its way in one turn. */
    private static final int MOST_BLOCKERS = 10;

    private final FullNode node;
    private final StoredMessages stored;
    private final MessagePusher pusher;
    private final MessageReplacer replacer;

    ForgottenMessages(FullNode node, StoredMessages stored, MessagePusher pusher, MessageReplacer replacer) {
        this.node = node;
        this.stored = stored;
        this.pusher = pusher;
        this.replacer = replacer;
    }

    /**
     * To be called in the sender's turn.
     *
     * @param waiting what is to be signed next
     * @throws BlockedMessageException where something stays refused
     */
    void push(Address sender, Optional<MessageRecord> waiting) {
        for (int blockers = 0; ; blockers++) {
            try {
                pusher.pushForgotten(sender, waiting);
                return;
            } catch (BlockedMessageException e) {
                if (blockers == MOST_BLOCKERS || !makeWay(e.blocker(), waiting)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Where a message that keeps power lacks funds: what stands before it and cannot be executed for lack of them either only
     * holds them back. To be called in the sender's turn.
     */
    void giveUpUnpayable(MessageRecord waiting) {
        var head = node.chainHead();
        if (!keepsPower(waiting, head)) {
            return;
        }
        var actor = node.stateGetActor(waiting.from(), TipSetKey.EMPTY);
        var left = actor.map(ActorState::balance).orElse(TokenAmount.ZERO);
        for (var wish :
                stored.fromNonce(waiting.from(), actor.map(ActorState::nonce).orElse(0L))) {
            if (wish.reserved().compareTo(left) <= 0) {
                left = left.minus(wish.reserved());
            } else if (!replacer.makeWay(wish, waiting, head)) {
                return;
            }
        }
    }

    private boolean makeWay(SignedWish blocker, Optional<MessageRecord> waiting) {
        var head = node.chainHead();
        return waiting.filter(record -> keepsPower(record, head))
                .or(() -> behind(blocker, head))
                .filter(urgent -> replacer.makeWay(blocker, urgent, head))
                .isPresent();
    }

    private Optional<MessageRecord> behind(SignedWish blocker, TipSet head) {
        return stored.underWay(blocker.from()).stream()
                .filter(wish -> wish.nonce() > blocker.nonce())
                .map(SignedWish::record)
                .filter(record -> keepsPower(record, head))
                .findFirst();
    }

    private static boolean keepsPower(MessageRecord record, TipSet head) {
        return MessagePriority.ofWeight(record.priority()).keepsPower()
                && record.due().filter(due -> due.isBefore(head.height())).isEmpty();
    }
}
