package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageRecord;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a message has to pass before it is signed: who sends it, what its lane may still spend today, whether it can wait. */
final class MessageGate {
    private static final Duration EPOCH = Duration.ofSeconds(30);

    /** What has to be executed within so many epochs does not wait for a lower base fee. */
    private static final long LAST_CALL = 240;

    private static final Set<MessagePriority> CAN_WAIT =
            EnumSet.of(MessagePriority.COMMIT, MessagePriority.PRECOMMIT, MessagePriority.DEAL);

    private final FullNode node;
    private final Signer signer;
    private final StoredMessages stored;
    private final MessagePusher pusher;
    private final OutboxPolicy policy;
    private final Timeline timeline;
    private final BaseFeeHistory history;

    MessageGate(
            FullNode node,
            Signer signer,
            StoredMessages stored,
            MessagePusher pusher,
            OutboxPolicy policy,
            Timeline timeline) {
        this.node = node;
        this.signer = signer;
        this.stored = stored;
        this.pusher = pusher;
        this.policy = policy;
        this.timeline = timeline;
        this.history = new BaseFeeHistory(node, timeline);
    }

    /** The wish with the sender and the fee limit of its lane. Only what the worker would send goes to another address. */
    MessageIntent route(MessageIntent given) {
        var intent = fromPresentWorker(given);
        var lane = policy.lane(intent.priority());
        var capped = lane.maxFee()
                .filter(most -> intent.maxFee().isZero() || most.compareTo(intent.maxFee()) < 0)
                .map(intent::withMaxFee)
                .orElse(intent);
        return lane.from()
                .filter(from -> !from.equals(intent.from()) && maySend(from, capped))
                .map(capped::withFrom)
                .orElse(capped);
    }

    /**
     * The chain changes the worker by itself at an epoch that was proposed before, and from then on refuses what the old one sends
     * to the miner. What an operator sends stays with the address that the command names.
     */
    private MessageIntent fromPresentWorker(MessageIntent intent) {
        if (policy.miner().isEmpty()
                || intent.priority() == MessagePriority.BACKGROUND
                || !policy.worker().equals(Optional.of(intent.from()))) {
            return intent;
        }
        var info = node.stateMinerInfo(policy.miner().get(), TipSetKey.EMPTY);
        var present = node.stateAccountKey(info.worker(), TipSetKey.EMPTY);
        if (present.equals(intent.from())) {
            return intent;
        }
        boolean isHere = signer.has(present);
        pusher.sayOnce(
                "worker",
                "The miner's worker has become %s: %s"
                        .formatted(
                                present,
                                isHere
                                        ? "it sends what " + intent.from() + " sent"
                                        : "its key is not here, so the chain will refuse what " + intent.from()
                                                + " sends; import it"),
                !isHere);
        return isHere ? intent.withFrom(present) : intent;
    }

    /** As Lotus's AddressSelector: an address of the miner, with its key here, and money; else the worker sends. */
    private boolean maySend(Address from, MessageIntent intent) {
        if (policy.miner().isEmpty()) {
            return false;
        }
        var info = node.stateMinerInfo(policy.miner().get(), TipSetKey.EMPTY);
        boolean isOfWorker = policy.worker().equals(Optional.of(intent.from()))
                || node.stateLookupID(intent.from(), TipSetKey.EMPTY).equals(info.worker());
        if (!isOfWorker) {
            return false;
        }
        if (!signer.addresses().contains(from)) {
            return unfit(from, intent, "its key is not in the keystore");
        }
        var balance = node.walletBalance(from);
        var needed = intent.value().plus(intent.maxFee());
        if (balance.compareTo(needed) < 0 && balance.compareTo(node.walletBalance(intent.from())) < 0) {
            return unfit(from, intent, "it holds " + balance + ", the message may need " + needed);
        }
        var id = node.stateLookupID(from, TipSetKey.EMPTY);
        if (!id.equals(info.owner())
                && !id.equals(info.worker())
                && !info.controlAddresses().contains(id)) {
            return unfit(from, intent, "the chain does not know it as owner, worker or control address of the miner");
        }
        return true;
    }

    private boolean unfit(Address from, MessageIntent intent, String why) {
        var lane = intent.priority().laneName();
        pusher.sayOnce(
                "lane " + lane,
                "Lane %s: the worker %s sends instead of %s: %s".formatted(lane, intent.from(), from, why),
                false);
        return false;
    }

    /**
     * Lets through what has no reason to wait for a lower base fee.
     *
     * @throws AditException {@link MessageErrorCode#MESSAGE_WAITS}
     */
    void requireQuietChain(MessageRecord wish, TipSet head) {
        var priority = MessagePriority.ofWeight(wish.priority());
        if (policy.baseFeeWait().isEmpty() || !CAN_WAIT.contains(priority)) {
            return;
        }
        var wait = policy.baseFeeWait().get();
        var left = Duration.between(now(), wish.createdAt().plus(wait.longest()));
        boolean isLate =
                wish.due().filter(due -> due.minus(head.height()) <= LAST_CALL).isPresent();
        if (left.isNegative() || left.isZero() || isLate) {
            return;
        }
        var threshold = history.percentile(head, wait);
        if (head.parentBaseFee().compareTo(threshold) <= 0) {
            return;
        }
        throw new AditException(
                MessageErrorCode.MESSAGE_WAITS,
                ("Sending message %s waits for a lower base fee, until epoch %d: it is %s attoFIL, and was at most %s in"
                                + " %d%% of the last %d epochs")
                        .formatted(
                                wish.intentKey(),
                                head.height().value() + left.dividedBy(EPOCH) + 1,
                                head.parentBaseFee().attoText(),
                                threshold.attoText(),
                                wait.percentile(),
                                wait.epochs()));
    }

    /**
     * Lets through what its lane can still pay today; proofs and declarations also beyond that, with an alarm.
     *
     * @throws AditException {@link MessageErrorCode#MESSAGE_LANE_CAP}
     */
    void requireWithinDay(MessageRecord wish, TokenAmount fee) {
        var priority = MessagePriority.ofWeight(wish.priority());
        var left = leftToday(priority, wish.intentKey());
        if (left.filter(rest -> fee.compareTo(rest) > 0).isEmpty()) {
            return;
        }
        var text = "Sending message %s may cost %s, but lane %s has %s left of its %s of this day"
                .formatted(
                        wish.intentKey(),
                        fee,
                        priority.laneName(),
                        left.get(),
                        policy.lane(priority).maxFeePerDay().orElseThrow());
        if (!priority.keepsPower()) {
            throw new AditException(MessageErrorCode.MESSAGE_LANE_CAP, text + "; waits until midnight UTC");
        }
        pusher.sayOnce(
                "day of " + priority.laneName(), text + "; sent all the same: without it sectors lose power", true);
    }

    /**
     * What a message may cost of this day when messages of these priorities are held up by it: as much as the freest of their
     * lanes has left, and any amount where a proof or a declaration is among them.
     *
     * @return empty when no day limits it
     */
    Optional<TokenAmount> leftToday(Set<MessagePriority> heldUp, String except) {
        var most = Optional.<TokenAmount>empty();
        for (var priority : heldUp) {
            var left = priority.keepsPower() ? Optional.<TokenAmount>empty() : leftToday(priority, except);
            if (left.isEmpty()) {
                return left;
            }
            most = most.map(left.get()::max).or(() -> left);
        }
        return most;
    }

    /** What the lane may still spend today, not counting that message; empty when it has no cap. */
    Optional<TokenAmount> leftToday(MessagePriority priority, String except) {
        return policy.lane(priority).maxFeePerDay().map(cap -> cap.minus(spentToday(priority, except)));
    }

    /** Gas of the messages signed today (UTC): what it cost, and what it may cost while that is not known. */
    TokenAmount spentToday(MessagePriority priority, String except) {
        return stored.signedSince(now().truncatedTo(ChronoUnit.DAYS)).stream()
                .filter(wish -> wish.priority() == priority && !wish.key().equals(except))
                .map(SignedWish::cost)
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }

    private Instant now() {
        return timeline.instant();
    }
}
