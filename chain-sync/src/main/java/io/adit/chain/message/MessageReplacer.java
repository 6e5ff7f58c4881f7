package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate.Purpose;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces messages that wait in the pool because they pay too little: a dearer one with the same nonce is signed, stored, and
 * pushed, and from then on whichever of them is executed first settles the wish. Signing and pushing is done in the sender's turn.
 */
final class MessageReplacer {
    private static final Logger LOG = LoggerFactory.getLogger(MessageReplacer.class);

    /** What Lotus takes when a message names no limit ({@code DefaultMaxFee}). */
    private static final TokenAmount UNNAMED_LIMIT = TokenAmount.ofFil("0.07");

    /** A premium that was raised by a quarter so often is not what keeps a message out of the blocks. */
    private static final int MOST_CANDIDATES = 40;

    private static final int GAS_MARGIN_PERCENT = 125;

    private final FullNode node;
    private final Signer signer;
    private final StoredMessages stored;
    private final SenderFunds funds;
    private final MessagePusher pusher;
    private final MessageGate gate;

    MessageReplacer(
            FullNode node,
            Signer signer,
            StoredMessages stored,
            SenderFunds funds,
            MessagePusher pusher,
            MessageGate gate) {
        this.node = node;
        this.signer = signer;
        this.stored = stored;
        this.funds = funds;
        this.pusher = pusher;
        this.gate = gate;
    }

    /** A message under way, as urgent as the most urgent that waits behind it, and as dear as the dearest of them may be. */
    private record Case(
            SignedWish wish,
            ReplacementPolicy policy,
            TokenAmount limit,
            Set<MessagePriority> heldUp,
            long age,
            boolean isUseless) {
        boolean isTime() {
            return age >= policy.patience();
        }

        /** The same while nobody has changed the message meanwhile. */
        Optional<Case> with(Optional<SignedWish> current) {
            return current.filter(SignedWish::isUnderWay)
                    .filter(now -> now.newest().cid().equals(wish.newest().cid()))
                    .map(now -> new Case(now, policy, limit, heldUp, age, isUseless));
        }
    }

    /** Gas fields of a replacement. */
    record Fees(TokenAmount feeCap, TokenAmount premium) {}

    /** Whether {@link #replaceStuck} may have something to do; asks nobody. */
    boolean mayBeStuck(Address sender, TipSet head) {
        return cases(sender, head).stream()
                .anyMatch(each -> each.isTime() || each.wish().candidates().size() > 1);
    }

    /**
     * Replaces what has waited for too long and pays too little for the next blocks, each in a turn of its own: what is to be
     * signed meanwhile goes between.
     */
    void replaceStuck(Address sender, TipSet head, Consumer<Runnable> inTurn) {
        var pool = new HashMap<Long, Cid>();
        for (var pending : node.mpoolPending(TipSetKey.EMPTY)) {
            if (pending.message().from().equals(sender)) {
                pool.put(pending.message().nonce(), pending.cid());
            }
        }
        boolean first = true;
        for (var each : cases(sender, head)) {
            var pooled = Optional.ofNullable(pool.get(each.wish().nonce()));
            if (pooled.filter(each.wish()::isOurs).isEmpty()) {
                // In a block by now, on its way into the pool, or behind a message that is none of ours.
                continue;
            }
            boolean isLost = !pooled.get().equals(each.wish().newest().cid());
            if (isLost || each.isTime()) {
                boolean isFirst = first;
                inTurn.accept(() -> keepMoving(each, isLost, isFirst, head));
            }
            first = false;
        }
    }

    private void keepMoving(Case stuck, boolean isLost, boolean first, TipSet head) {
        var current = stuck.with(stored.signedWish(stuck.wish().key()));
        if (isLost) {
            // The newest was lost on its way, or the node went back to an older one with a reorganisation.
            current.ifPresent(now -> pusher.pushAgain(now.wish()));
            current = stuck.with(stored.signedWish(stuck.wish().key()));
        }
        current.filter(Case::isTime).ifPresent(now -> look(now, first, head));
    }

    private void look(Case stuck, boolean first, TipSet head) {
        var wish = stuck.wish();
        if (stuck.isUseless() && stuck.heldUp().isEmpty()) {
            // Nothing waits for its nonce: a dearer one would only fail at a higher price.
            return;
        }
        var purpose = stuck.isUseless() ? Purpose.CANCEL : wish.newest().purpose();
        var message = stuck.isUseless() ? nothing(wish) : SignedWish.message(wish.newest());
        var needed =
                node.gasEstimateGasPremium(stuck.policy().included(), wish.from(), message.gasLimit(), TipSetKey.EMPTY);
        var soon = BaseFees.after(head.parentBaseFee(), 1);
        var pays = BaseFees.effectivePremium(message.gasFeeCap(), message.gasPremium(), soon);
        // The node's premium is a sample with noise: less than a quarter off is right.
        boolean tooLittle = BaseFees.replacing(pays).compareTo(needed) < 0;
        if (!tooLittle && !(first && stuck.policy().isOverdue(stuck.age()))) {
            return;
        }
        var fees = dearer(stuck, message, needed, soon, head);
        if (fees.isPresent() && wish.candidates().size() < MOST_CANDIDATES) {
            replace(wish, purpose, withFees(message, fees.get()), head);
        }
    }

    /** A message that uses the nonce for nothing, with the fees of the newest. */
    Message nothing(SignedWish wish) {
        var old = SignedWish.message(wish.newest());
        var message = Message.unpriced(wish.from(), wish.from(), TokenAmount.ZERO, 0, new byte[0])
                .withNonce(wish.nonce());
        long limit = node.gasEstimateGasLimit(message, TipSetKey.EMPTY) * GAS_MARGIN_PERCENT / 100;
        return message.withGas(limit, old.gasFeeCap(), old.gasPremium());
    }

    private Optional<Fees> dearer(Case stuck, Message old, TokenAmount needed, TokenAmount soon, TipSet head) {
        var least = BaseFees.replacing(old.gasPremium());
        var premium = least.max(needed);
        var cap = old.gasFeeCap()
                .max(BaseFees.after(head.parentBaseFee(), stuck.policy().headroom())
                        .plus(premium));
        var affordable = funds.free(old.from()).plus(stuck.wish().reserved()).minus(old.value());
        var limit = stuck.limit().min(affordable);
        var left = gate.leftToday(stuck.heldUp(), stuck.wish().key());
        limit = left.isPresent() ? limit.min(left.get()) : limit;
        var most = limit.dividedBy(old.gasLimit());
        cap = cap.min(most);
        premium = premium.min(cap);
        var paysNow = BaseFees.effectivePremium(old.gasFeeCap(), old.gasPremium(), soon);
        boolean helps = premium.compareTo(least) >= 0
                && cap.compareTo(soon) >= 0
                && BaseFees.effectivePremium(cap, premium, soon).compareTo(paysNow) > 0;
        if (!helps) {
            var why = "its limit of %s buys %s attoFIL per gas unit, the base fee is %s"
                    .formatted(limit, most.attoText(), head.parentBaseFee().attoText());
            pusher.sayOnce(
                    stuck.wish().key(),
                    "Message " + MessagePusher.describe(stuck.wish()) + " waits for a lower base fee: " + why,
                    false);
            stored.noted(stuck.wish(), why);
            return Optional.empty();
        }
        return Optional.of(new Fees(cap, premium));
    }

    static Message withFees(Message message, Fees fees) {
        return message.withGas(message.gasLimit(), fees.feeCap(), fees.premium());
    }

    /** Signs, stores and pushes a message in the place of the wish's others; its nonce must be theirs. */
    SignedWish replace(SignedWish wish, Purpose purpose, Message message, TipSet head) {
        var signed = new SignedMessage(message, signer.sign(wish.from(), SigningContents.message(message)));
        var replaced = stored.replaced(wish, purpose, signed, head.height());
        MessagePusher.reach("message.replacing", wish.key());
        LOG.info(
                "Replacing {} of {}, nonce {}, by candidate {}, {}: fee cap {}, premium {} attoFIL",
                wish.newest().cid(),
                wish.key(),
                wish.nonce(),
                replaced.newest().number(),
                signed.cid(),
                message.gasFeeCap().attoText(),
                message.gasPremium().attoText());
        pusher.pushAgain(replaced);
        MessagePusher.reach("message.replaced", wish.key());
        return replaced;
    }

    private List<Case> cases(Address sender, TipSet head) {
        var wishes = stored.underWay(sender);
        var cases = new ArrayList<Case>();
        var policy = Optional.<ReplacementPolicy>empty();
        var limit = TokenAmount.ZERO;
        var heldUp = EnumSet.noneOf(MessagePriority.class);
        for (var wish : wishes.reversed()) {
            long age = head.height().minus(wish.newest().signedAt());
            boolean isUseless = wish.priority().keepsPower()
                    && wish.record()
                            .due()
                            .filter(due -> due.isBefore(head.height()))
                            .isPresent();
            if (isUseless) {
                // As urgent as what waits behind it, and no more than that.
                var urgency = policy.orElseGet(() -> ReplacementPolicy.of(wish.priority()));
                cases.add(new Case(wish, urgency, limit, Set.copyOf(heldUp), age, true));
                continue;
            }
            var own = ReplacementPolicy.of(wish.priority()).dueBy(wish.record().due(), head.height());
            var inherited = policy.map(own::orSooner).orElse(own);
            limit = limit.max(limitOf(wish));
            policy = Optional.of(inherited);
            heldUp.add(wish.priority());
            cases.add(new Case(wish, inherited, limit, EnumSet.copyOf(heldUp), age, false));
        }
        return cases.reversed();
    }

    static TokenAmount limitOf(SignedWish wish) {
        var named = wish.record().maxFee();
        return named.isZero() ? UNNAMED_LIMIT : named;
    }
}
