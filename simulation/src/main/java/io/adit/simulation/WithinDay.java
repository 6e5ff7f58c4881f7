package io.adit.simulation;

import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What leaves the node costs no more than its lane may spend in a day (UTC), all that was signed for the lane that day
 * counted, unless a proof or a declaration waits behind it.
 */
final class WithinDay implements Invariant {
    private static final Set<MessagePriority> BEYOND =
            EnumSet.of(MessagePriority.WINDOW_POST, MessagePriority.RECOVERY, MessagePriority.FAULT);

    private final Breaches breaches;
    private final StateStore store;
    private final InstantSource clock;
    private final Map<MessagePriority, TokenAmount> caps;
    private final Set<Cid> seen = new HashSet<>();

    /** A look at lanes that have caps. */
    WithinDay(Breaches breaches, StateStore store, InstantSource clock, Map<MessagePriority, TokenAmount> caps) {
        this.breaches = breaches;
        this.store = store;
        this.clock = clock;
        this.caps = Map.copyOf(caps);
    }

    @Override
    public void pushed(SignedMessage signed) {
        if (seen.add(signed.cid())) {
            store.read(tx -> {
                tx.messages()
                        .findByCid(signed.cid())
                        .filter(record -> caps.containsKey(priority(record)))
                        .filter(record -> !isBeforeUrgent(tx, record))
                        .ifPresent(record -> judge(tx, priority(record)));
                return seen;
            });
        }
    }

    private static MessagePriority priority(MessageRecord record) {
        return MessagePriority.ofWeight(record.priority());
    }

    private static boolean isBeforeUrgent(Tx tx, MessageRecord record) {
        return tx.messages().listFromNonce(record.from(), record.nonce().orElse(0)).stream()
                .anyMatch(waiting -> BEYOND.contains(priority(waiting)));
    }

    private void judge(Tx tx, MessagePriority lane) {
        var spent = spent(tx, lane);
        var cap = caps.getOrDefault(lane, TokenAmount.ZERO);
        if (spent.compareTo(cap) > 0) {
            breaches.report(
                    getClass(), "lane " + lane.laneName() + " may spend " + cap + " in a day and spends " + spent);
        }
    }

    /** Whether the lane cannot pay another message of that price today. */
    boolean isSpent(MessagePriority lane, TokenAmount another) {
        var cap = caps.getOrDefault(lane, TokenAmount.ZERO);
        return store.read(tx -> spent(tx, lane)).plus(another).compareTo(cap) > 0;
    }

    private TokenAmount spent(Tx tx, MessagePriority lane) {
        var today = clock.instant().truncatedTo(ChronoUnit.DAYS);
        var spent = TokenAmount.ZERO;
        for (var record : tx.messages().signedSince(today)) {
            var candidates = tx.messages().candidates(record.intentKey());
            boolean ofToday = candidates.stream()
                    .anyMatch(candidate -> !candidate.createdAt().isBefore(today));
            if (priority(record) == lane && ofToday) {
                spent = spent.plus(record.gasCost()
                        .orElseGet(() -> candidates.stream()
                                .map(WithinDay::mayCost)
                                .reduce(TokenAmount.ZERO, TokenAmount::max)));
            }
        }
        return spent;
    }

    private static TokenAmount mayCost(MessageCandidate candidate) {
        return SignedMessage.fromCbor(candidate.signedMessage().array())
                .message()
                .maxFee();
    }
}
