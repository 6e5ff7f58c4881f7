package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;

/** What senders can still spend. */
final class SenderFunds {
    private final FullNode node;
    private final StoredMessages stored;

    SenderFunds(FullNode node, StoredMessages stored) {
        this.node = node;
        this.stored = stored;
    }

    /** The balance, less what the sender's messages that are not executed yet may cost; may be negative. */
    TokenAmount free(Address sender) {
        var actor = node.stateGetActor(sender, TipSetKey.EMPTY);
        var reserved = stored.fromNonce(sender, actor.map(ActorState::nonce).orElse(0L)).stream()
                .map(SignedWish::reserved)
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
        return actor.map(ActorState::balance).orElse(TokenAmount.ZERO).minus(reserved);
    }
}
