package io.adit.market.deal;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.sealing.StoredIntents;
import java.util.List;

/** Keeps the provider's escrow in the market high enough for the collateral of the deals that it publishes. */
final class MarketEscrow {
    private final StateStore store;
    private final MarketChain chain;
    private final MessageOutbox outbox;
    private final TokenAmount maxFee;

    MarketEscrow(StateStore store, MarketChain chain, MessageOutbox outbox, TokenAmount maxFee) {
        this.store = store;
        this.chain = chain;
        this.outbox = outbox;
        this.maxFee = maxFee;
    }

    /**
     * Whether the escrow covers the batch. If it does not, sends what lacks, once for each batch.
     *
     * @throws AditException DEAL_NO_ESCROW when the message that should have filled it up failed or was not enough
     */
    boolean covers(PublishBatch batch, List<DealRecord> deals) {
        var needed = collateral(deals);
        if (needed.isZero()) {
            return true;
        }
        var onTheirWay = store.read(tx -> collateral(tx.deals().listAt(DealCheckpoint.Published)));
        var lacking = needed.plus(onTheirWay).minus(chain.escrow(chain.miner()));
        if (lacking.compareTo(TokenAmount.ZERO) <= 0) {
            return true;
        }
        var key = "deal-escrow/" + batch.key();
        var stored = outbox.record(key);
        // A crash may have left the wish without its signature; it is then sent as it was first meant.
        if (stored.isEmpty() || stored.get().state() == MessageState.INTENT) {
            outbox.send(stored.map(StoredIntents::of).orElseGet(() -> topUp(key, lacking)));
            return false;
        }
        if (outbox.found(key, 0).isPresent()) {
            throw new AditException(
                    DealErrorCode.DEAL_NO_ESCROW,
                    "publishing deals: the market's escrow lacks " + lacking + " although it was filled up once; is"
                            + " somebody withdrawing from it? Add to it with adit wallet or lower the deals' collateral");
        }
        return false;
    }

    private MessageIntent topUp(String key, TokenAmount lacking) {
        return new MessageIntent(
                key,
                chain.workerKey(),
                Actor.MARKET,
                lacking,
                MarketMethod.ADD_BALANCE.number(),
                new AddBalanceParams(chain.miner()).toCbor(),
                maxFee,
                MessagePriority.DEAL);
    }

    private static TokenAmount collateral(List<DealRecord> deals) {
        return deals.stream()
                .map(deal -> StoredDeals.proposal(deal).proposal().providerCollateral())
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }
}
