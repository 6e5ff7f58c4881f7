package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageRecord;
import java.util.ArrayList;
import java.util.EnumSet;
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

    private final FullNode node;
    private final Signer signer;
    private final StoredMessages stored;
    private final SenderFunds funds;
    private final MessagePusher pusher;
    private final MessageGate gate;
    private final MessageFate fate;

    MessageReplacer(
            FullNode node,
            Signer signer,
            StoredMessages stored,
            SenderFunds funds,
            MessagePusher pusher,
            MessageGate gate,
            MessageFate fate) {
        this.node = node;
        this.signer = signer;
        this.stored = stored;
        this.funds = funds;
        this.pusher = pusher;
        this.gate = gate;
        this.fate = fate;
    }

    /**
     * A message under way, as urgent as the most urgent that waits behind it, and as dear as the dearest of them may be.
     *
     * @param rival a message that nobody here signed and that has its place in the pool
     */
    private record Case(
            SignedWish wish,
            ReplacementPolicy policy,
            TokenAmount limit,
            Set<MessagePriority> heldUp,
            long age,
            boolean isUseless,
            Optional<Message> rival) {
        boolean isTime() {
            return age >= policy.patience();
        }

        /** The same while nobody has changed the message meanwhile. */
        Optional<Case> with(Optional<SignedWish> current) {
            return current.filter(SignedWish::isUnderWay)
                    .filter(now -> now.newest().cid().equals(wish.newest().cid()))
                    .map(now -> new Case(now, policy, limit, heldUp, age, isUseless, rival));
        }

        Case against(Message other) {
            return new Case(wish, policy, limit, heldUp, age, isUseless, Optional.of(other));
        }

        /** The pool keeps something dearer, and never took the newest of this one. */
        boolean isOutbid() {
            return rival.isPresent()
                    && !wish.newest().taken()
                    && SignedWish.message(wish.newest()).gasPremium().compareTo(leastPremium(rival.get())) < 0;
        }

        /** The least premium that a pool takes in the place of what it may have. */
        TokenAmount leastPremium() {
            var least = leastPremium(SignedWish.message(wish.newest()));
            return rival.map(Case::leastPremium).map(least::max).orElse(least);
        }

        private static TokenAmount leastPremium(Message present) {
            return BaseFees.replacing(present.gasPremium());
        }

        /** A message whose loss costs a new one only, in front of one whose loss costs power. */
        boolean mayMakeWay() {
            return wish.newest().purpose() == Purpose.SEND
                    && !wish.priority().keepsPower()
                    && heldUp.stream().anyMatch(MessagePriority::keepsPower);
        }
    }

    /** Gas fields of a replacement. */
    record Fees(TokenAmount feeCap, TokenAmount premium) {}

    /** What a case can pay: the fees, or why they would not help. */
    private record Offer(Fees fees, boolean helps, String why) {}

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
        var pool = fate.pool(sender);
        if (pool.isEmpty()) {
            replaceUnseen(sender, head, inTurn);
            return;
        }
        boolean first = true;
        for (var each : cases(sender, head)) {
            var pooled = pool.get().get(each.wish().nonce());
            if (pooled == null) {
                // In a block by now, or on its way into the pool.
                continue;
            }
            boolean isOurs = each.wish().isOurs(pooled.cid());
            boolean isLost = isOurs && !pooled.cid().equals(each.wish().newest().cid());
            var stuck = isOurs ? each : each.against(pooled.message());
            if (isLost || stuck.isOutbid() || stuck.isTime()) {
                boolean isFirst = first;
                inTurn.accept(() -> unlessRefused(stuck, () -> keepMoving(stuck, isLost, isFirst, head)));
            }
            first = false;
        }
    }

    /** The pool is longest when replacing matters most. What has waited too long is known without it. */
    private void replaceUnseen(Address sender, TipSet head, Consumer<Runnable> inTurn) {
        long executed = fate.nonceAt(sender, head.key());
        var waiting = cases(sender, head).stream()
                .filter(each -> each.wish().nonce() >= executed)
                .toList();
        for (var each : waiting) {
            if (each.isTime()) {
                boolean isFirst = each.equals(waiting.getFirst());
                inTurn.accept(() -> unlessRefused(each, () -> keepMoving(each, false, isFirst, head)));
            }
        }
    }

    /** What the node says of one message keeps no other one waiting. */
    private void unlessRefused(Case stuck, Runnable work) {
        try {
            work.run();
        } catch (AditException e) {
            boolean isAnswer = !(e instanceof RpcException rpc) || rpc.code() == RpcErrorCode.CALL_FAILED;
            if (!isAnswer) {
                throw e;
            }
            pusher.sayOnce(
                    stuck.wish().key(),
                    "Replacing message " + MessagePusher.describe(stuck.wish()) + ": " + e.getMessage(),
                    false);
        }
    }

    private void keepMoving(Case stuck, boolean isLost, boolean first, TipSet head) {
        var current = stuck.with(stored.signedWish(stuck.wish().key()));
        if (isLost) {
            // The newest was lost on its way, or the node went back to an older one with a reorganisation.
            current.ifPresent(now -> pusher.pushAgain(now.wish()));
            current = stuck.with(stored.signedWish(stuck.wish().key()));
        }
        current.filter(now -> now.isTime() || now.isOutbid()).ifPresent(now -> look(now, first, head));
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
        boolean tooLittle =
                BaseFees.replacing(pays).compareTo(needed) < 0 || stuck.rival().isPresent();
        if (!tooLittle && !(first && stuck.policy().isOverdue(stuck.age()))) {
            return;
        }
        if (wish.candidates().size() >= MOST_CANDIDATES) {
            return;
        }
        var offer = dearer(stuck, message, needed, soon, head);
        if (offer.helps()) {
            replace(wish, purpose, withFees(message, offer.fees()), head);
        } else if (!stuck.mayMakeWay() || !makeWay(stuck, needed, head)) {
            tooDear(stuck, offer);
        }
    }

    private void tooDear(Case stuck, Offer offer) {
        pusher.sayOnce(
                stuck.wish().key(),
                "Message " + MessagePusher.describe(stuck.wish()) + " waits for a lower base fee: " + offer.why(),
                false);
        stored.noted(stuck.wish(), offer.why());
    }

    /** A message that uses the nonce for nothing, with the fees of the newest. */
    Message nothing(SignedWish wish) {
        var old = SignedWish.message(wish.newest());
        var message = EmptyTransfer.unpriced(wish.from(), wish.nonce());
        return message.withGas(EmptyTransfer.gasLimit(node, message), old.gasFeeCap(), old.gasPremium());
    }

    /**
     * Uses the nonce of a message that the node refuses for nothing, so that a window proof or a declaration can be executed
     * after it.
     *
     * @return whether the node took that; when not, everything is as before
     */
    boolean makeWay(SignedWish blocker, MessageRecord urgent, TipSet head) {
        var priority = MessagePriority.ofWeight(urgent.priority());
        var stuck = new Case(
                blocker,
                ReplacementPolicy.of(priority),
                limitOf(blocker).max(limitOf(urgent)),
                EnumSet.of(blocker.priority(), priority),
                0,
                false,
                Optional.empty());
        if (!blocker.isUnderWay() || !stuck.mayMakeWay()) {
            return false;
        }
        var needed = node.gasEstimateGasPremium(
                stuck.policy().included(),
                blocker.from(),
                SignedWish.message(blocker.newest()).gasLimit(),
                TipSetKey.EMPTY);
        return makeWay(stuck, needed, head);
    }

    /** What no fee within the limits gets into a block may still be got out of the way: an empty message takes little gas. */
    private boolean makeWay(Case stuck, TokenAmount needed, TipSet head) {
        var nothing = nothing(stuck.wish());
        var offer = dearer(stuck, nothing, needed, BaseFees.after(head.parentBaseFee(), 1), head);
        if (!offer.helps()) {
            return false;
        }
        var replaced = signInPlace(stuck.wish(), Purpose.MAKE_WAY, withFees(nothing, offer.fees()), head);
        boolean isTaken = pusher.pushNew(replaced);
        if (isTaken) {
            LOG.warn(
                    "Message {} cannot be paid for and stands in the way of one that keeps power: its nonce is used for"
                            + " nothing, and it is to be sent anew",
                    MessagePusher.describe(stuck.wish()));
        }
        return isTaken;
    }

    private Offer dearer(Case stuck, Message old, TokenAmount needed, TokenAmount soon, TipSet head) {
        var least = stuck.leastPremium();
        var premium = least.max(needed);
        var cap = old.gasFeeCap()
                .max(BaseFees.after(head.parentBaseFee(), stuck.policy().headroom())
                        .plus(premium));
        var affordable = funds.free(old.from()).plus(stuck.wish().reserved()).minus(old.value());
        var limit = stuck.limit().min(affordable);
        var left = gate.leftToday(stuck.heldUp(), stuck.wish().key());
        limit = (left.isPresent() ? limit.min(left.get()) : limit).max(TokenAmount.ZERO);
        var most = limit.dividedBy(old.gasLimit());
        cap = cap.min(most);
        premium = premium.min(cap);
        var paysNow = BaseFees.effectivePremium(old.gasFeeCap(), old.gasPremium(), soon);
        boolean helps = premium.compareTo(least) >= 0
                && cap.compareTo(soon) >= 0
                && BaseFees.effectivePremium(cap, premium, soon).compareTo(paysNow) > 0;
        var why = "its limit of %s buys %s attoFIL per gas unit, the base fee is %s"
                .formatted(limit, most.attoText(), head.parentBaseFee().attoText());
        return new Offer(new Fees(cap, premium), helps, why);
    }

    static Message withFees(Message message, Fees fees) {
        return message.withGas(message.gasLimit(), fees.feeCap(), fees.premium());
    }

    /** Signs, stores and pushes a message in the place of the wish's others; its nonce must be theirs. */
    SignedWish replace(SignedWish wish, Purpose purpose, Message message, TipSet head) {
        var replaced = signInPlace(wish, purpose, message, head);
        pusher.pushAgain(replaced);
        MessagePusher.reach("message.replaced", wish.key());
        return replaced;
    }

    private SignedWish signInPlace(SignedWish wish, Purpose purpose, Message message, TipSet head) {
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
                cases.add(new Case(wish, urgency, limit, Set.copyOf(heldUp), age, true, Optional.empty()));
                continue;
            }
            var own = ReplacementPolicy.of(wish.priority()).dueBy(wish.record().due(), head.height());
            var inherited = policy.map(own::orSooner).orElse(own);
            limit = limit.max(limitOf(wish));
            policy = Optional.of(inherited);
            heldUp.add(wish.priority());
            cases.add(new Case(wish, inherited, limit, EnumSet.copyOf(heldUp), age, false, Optional.empty()));
        }
        return cases.reversed();
    }

    static TokenAmount limitOf(SignedWish wish) {
        return limitOf(wish.record());
    }

    private static TokenAmount limitOf(MessageRecord record) {
        var named = record.maxFee();
        return named.isZero() ? UNNAMED_LIMIT : named;
    }
}
