package io.adit.market.deal;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealRecord;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.time.Timeline;
import io.adit.sealing.StoredIntents;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * Keeps the provider's escrow in the market high enough for the collateral of the deals that it publishes. One batch looks
 * at the escrow and signs at a time, so that two never count on the same money.
 */
final class MarketEscrow {
    /** More than a few for one batch, and somebody takes the money out again as fast as it comes. */
    private static final int MAX_TOP_UPS = 10;

    private final StateStore store;
    private final MarketChain chain;
    private final MessageOutbox outbox;
    private final TokenAmount maxFee;
    private final EscrowTerms terms;
    private final Lock turn;
    /** Of batches under way, which never changes; used by who has the turn. */
    private final Map<PublishBatch, TokenAmount> collaterals = new HashMap<>();

    MarketEscrow(
            StateStore store,
            MarketChain chain,
            MessageOutbox outbox,
            TokenAmount maxFee,
            EscrowTerms terms,
            Timeline timeline) {
        this.store = store;
        this.chain = chain;
        this.outbox = outbox;
        this.maxFee = maxFee;
        this.terms = terms;
        this.turn = timeline.newLock();
    }

    /**
     * Sends the batch's message if the escrow covers its deals. If it does not, sends what lacks instead.
     *
     * @return the message; empty while the escrow is being filled
     * @throws AditException DEAL_NO_ESCROW when filling it up did not help
     */
    Optional<Cid> sendIfCovered(PublishBatch batch, List<DealRecord> deals, Supplier<Cid> send) {
        turn.lock();
        try {
            return covers(batch, deals) ? Optional.of(send.get()) : Optional.empty();
        } finally {
            turn.unlock();
        }
    }

    private boolean covers(PublishBatch batch, List<DealRecord> deals) {
        var needed = collateral(deals);
        if (needed.isZero()) {
            return true;
        }
        // Before the balance as well: money that has come is then seen there.
        boolean othersFill = isFilledByOthers(batch);
        int topUps = topUps(batch);
        if (topUps > 0 && isUnderWay(key(batch, topUps))) {
            return false;
        }
        // Before the balance: a message that is executed in between is then counted twice rather than never.
        var promised = promisedToOthers(batch);
        var lacking = needed.plus(promised).minus(chain.escrow(chain.miner()));
        if (lacking.compareTo(TokenAmount.ZERO) <= 0) {
            return true;
        }
        if (othersFill) {
            // What this one adds must be reckoned from what the escrow holds with the other's money in it.
            return false;
        }
        if (topUps == MAX_TOP_UPS) {
            throw new AditException(
                    DealErrorCode.DEAL_NO_ESCROW,
                    "publishing deals: the market's escrow lacks " + lacking + " although it was filled up " + topUps
                            + " times; is somebody withdrawing from it? Add to it or lower the deals' collateral");
        }
        outbox.send(topUp(key(batch, topUps + 1), amount(lacking)));
        return false;
    }

    /** What is added: as much as lacks, and more up to the target, but never beyond the operator's limit. */
    private TokenAmount amount(TokenAmount lacking) {
        var balance = chain.marketBalance(chain.miner());
        var wanted = lacking.max(terms.target().minus(balance.available()));
        if (terms.most().isEmpty()) {
            return wanted;
        }
        var room = terms.most().get().minus(balance.escrow());
        if (room.compareTo(lacking) < 0) {
            throw new AditException(
                    DealErrorCode.DEAL_ESCROW_LIMIT,
                    "publishing deals: the market's escrow lacks " + lacking + ", and with it would hold more than"
                            + " market.escrow-max, " + terms.most().get() + "; it holds " + balance.escrow());
        }
        return wanted.min(room);
    }

    private static String key(PublishBatch batch, int number) {
        return "deal-escrow/" + batch.key() + "/" + number;
    }

    /** How often the escrow was filled up for this batch, or was meant to be. */
    private int topUps(PublishBatch batch) {
        int number = 0;
        while (outbox.record(key(batch, number + 1)).isPresent()) {
            number++;
        }
        return number;
    }

    /** Sends again, as it was first meant, what a crash left unsigned. */
    private boolean isUnderWay(String key) {
        var stored = outbox.record(key).orElseThrow();
        if (StoredIntents.isLost(stored) || stored.state() == MessageState.CANCELLED) {
            return false;
        }
        if (stored.state() == MessageState.INTENT) {
            outbox.resume(key);
            return true;
        }
        return isNotExecuted(key);
    }

    /** The collateral of batches that are signed and will take it out of the escrow when they are executed. */
    private TokenAmount promisedToOthers(PublishBatch own) {
        var others = store.read(PublishBatch::underWay).stream()
                .filter(batch -> !batch.key().equals(own.key()))
                .distinct()
                .filter(batch -> isSignedAndNotExecuted(PublishTask.messageKey(batch)))
                .toList();
        collaterals.keySet().retainAll(others);
        return others.stream()
                .map(batch -> collaterals.computeIfAbsent(batch, other -> collateral(store.read(other::records))))
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }

    /** Whether money for other batches is on its way into the escrow. */
    private boolean isFilledByOthers(PublishBatch own) {
        return store.read(PublishBatch::underWay).stream()
                .filter(batch -> !batch.key().equals(own.key()))
                .distinct()
                .anyMatch(batch -> isSignedAndNotExecuted(key(batch, topUps(batch))));
    }

    private boolean isSignedAndNotExecuted(String key) {
        return outbox.record(key).filter(MarketEscrow::mayBeExecuted).isPresent() && isNotExecuted(key);
    }

    /** False also once it never can be. */
    private boolean isNotExecuted(String key) {
        try {
            return outbox.found(key, 0).isEmpty();
        } catch (AditException e) {
            if (e.code() == MessageErrorCode.MESSAGE_NONCE_TAKEN || e.code() == MessageErrorCode.MESSAGE_CANCELLED) {
                return false;
            }
            throw e;
        }
    }

    private static boolean mayBeExecuted(MessageRecord message) {
        return message.state() != MessageState.INTENT
                && message.state() != MessageState.CANCELLED
                && !StoredIntents.isLost(message);
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
