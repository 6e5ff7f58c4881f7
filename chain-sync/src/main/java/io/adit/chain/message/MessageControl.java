package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What an operator does with messages: looks at them, makes one dearer, gives one up. */
public final class MessageControl {
    /** The pool's own minimum, Lotus {@code ReplaceByFeePercentageMinimum}. */
    private static final long POOL_PERCENT = 110;

    private static final long HEADROOM = 20;

    private static final Set<MessagePriority> COSTLY = EnumSet.of(
            MessagePriority.WINDOW_POST, MessagePriority.RECOVERY, MessagePriority.FAULT, MessagePriority.COMMIT);

    /** Does the work in the turn of the message's sender, before everything that waits for it. */
    interface Turns {
        <T> T inTurn(MessageRecord record, Supplier<T> work);
    }

    /** What an operator may say of a replacement; what is left out is chosen as for a stuck message. */
    public record Fees(Optional<TokenAmount> premium, Optional<TokenAmount> feeCap, Optional<TokenAmount> maxFee) {
        /** Everything as for a stuck message. */
        public static final Fees CHOSEN = new Fees(Optional.empty(), Optional.empty(), Optional.empty());
    }

    private final FullNode node;
    private final StoredMessages stored;
    private final SenderFunds funds;
    private final MessageReplacer replacer;
    private final MessageReport report;
    private final Turns turns;

    MessageControl(
            FullNode node,
            StoredMessages stored,
            SenderFunds funds,
            MessageReplacer replacer,
            MessageReport report,
            Turns turns) {
        this.node = node;
        this.stored = stored;
        this.funds = funds;
        this.replacer = replacer;
        this.report = report;
        this.turns = turns;
    }

    /** The newest messages, at most {@code limit}. */
    public List<MessageView> recent(int limit) {
        return report.views(stored.recent(limit));
    }

    /** @param which a key, or the CID of anything that was signed for it */
    public Optional<MessageView> find(String which) {
        return stored.findByKeyOrCid(which)
                .map(record -> report.views(List.of(record)).getFirst());
    }

    /**
     * Puts a dearer message in the place of one that waits in the pool.
     *
     * @throws AditException {@link MessageErrorCode#MESSAGE_UNKNOWN}, {@link MessageErrorCode#MESSAGE_NOT_UNDER_WAY}, {@link
     *     MessageErrorCode#MESSAGE_BAD_FEES}, {@link MessageErrorCode#MESSAGE_INSUFFICIENT_FUNDS}
     */
    public MessageView replace(String key, Fees fees) {
        var record = known(key);
        turns.inTurn(record, () -> {
            var wish = underWay(record);
            var old = SignedWish.message(wish.newest());
            var head = node.chainHead();
            var dearer = priced(wish, old, fees, head);
            fees.maxFee().ifPresent(limit -> stored.limited(wish, limit));
            var current = underWay(record);
            return replacer.replace(current, wish.newest().purpose(), dearer, head);
        });
        return find(key).orElseThrow();
    }

    /**
     * Gives a message up: an unsigned one is dropped; of a signed one the nonce is used by a message that does nothing, unless
     * it is executed before. Whoever asked for it is told {@link MessageErrorCode#MESSAGE_CANCELLED} once that is certain.
     *
     * @param reallyDoIt also what costs power, a penalty or a deposit
     * @throws AditException as {@link #replace}, and {@link MessageErrorCode#MESSAGE_KEEP}
     */
    public MessageView cancel(String key, boolean reallyDoIt) {
        var record = known(key);
        var priority = MessagePriority.ofWeight(record.priority());
        if (!reallyDoIt && COSTLY.contains(priority)) {
            throw new AditException(
                    MessageErrorCode.MESSAGE_KEEP,
                    "Cancelling message %s: it is one of lane %s; nothing was done"
                            .formatted(key, priority.laneName()));
        }
        turns.inTurn(record, () -> {
            if (!stored.dropped(key, MessageOutbox.CANCELLED)) {
                useNonceUp(underWay(record));
            }
            return record;
        });
        return find(key).orElseThrow();
    }

    private void useNonceUp(SignedWish wish) {
        var nothing = replacer.nothing(wish);
        var head = node.chainHead();
        replacer.replace(wish, Purpose.CANCEL, priced(wish, nothing, Fees.CHOSEN, head), head);
    }

    private Message priced(SignedWish wish, Message message, Fees fees, TipSet head) {
        var oldPremium = SignedWish.message(wish.newest()).gasPremium();
        var pool = oldPremium.times(POOL_PERCENT).dividedBy(100).plus(TokenAmount.ofAtto(1));
        var premium = fees.premium()
                .orElseGet(() -> BaseFees.replacing(oldPremium)
                        .max(node.gasEstimateGasPremium(1, wish.from(), message.gasLimit(), TipSetKey.EMPTY)));
        var limit = fees.maxFee().orElseGet(() -> MessageReplacer.limitOf(wish));
        var cap = fees.feeCap()
                .orElseGet(() -> message.gasFeeCap()
                        .max(BaseFees.after(head.parentBaseFee(), HEADROOM).plus(premium))
                        .min(limit.dividedBy(message.gasLimit())));
        var priced = message.withGas(message.gasLimit(), cap, fees.premium().isPresent() ? premium : premium.min(cap));
        require(
                priced.gasPremium().compareTo(pool) >= 0,
                wish,
                "a pool takes a premium of %s attoFIL or more, and %s is what %s buys"
                        .formatted(pool.attoText(), priced.gasPremium().attoText(), limit));
        require(
                cap.compareTo(priced.gasPremium()) >= 0,
                wish,
                "the fee cap, %s attoFIL, is below the premium, %s"
                        .formatted(cap.attoText(), priced.gasPremium().attoText()));
        require(
                priced.maxFee().compareTo(limit) <= 0,
                wish,
                "gas may cost %s then, more than the limit of %s; raise it with --max-fee"
                        .formatted(priced.maxFee(), limit));
        var available = funds.free(wish.from()).plus(wish.reserved());
        if (available.compareTo(priced.requiredFunds()) < 0) {
            throw new InsufficientFundsException(
                    "message " + wish.key(), wish.from(), priced.requiredFunds(), available);
        }
        return priced;
    }

    private static void require(boolean holds, SignedWish wish, String why) {
        if (!holds) {
            throw new AditException(
                    MessageErrorCode.MESSAGE_BAD_FEES, "Replacing message %s: %s".formatted(wish.key(), why));
        }
    }

    private MessageRecord known(String key) {
        return stored.get(key);
    }

    private SignedWish underWay(MessageRecord record) {
        var wish = stored.signedWish(record.intentKey()).filter(SignedWish::isUnderWay);
        return wish.orElseThrow(() -> {
            var state = stored.get(record.intentKey()).state();
            return new AditException(
                    MessageErrorCode.MESSAGE_NOT_UNDER_WAY,
                    "Message %s %s"
                            .formatted(
                                    record.intentKey(),
                                    state == MessageState.INTENT
                                            ? "is not signed yet: there is nothing to replace"
                                            : "has ended: " + state));
        });
    }
}
