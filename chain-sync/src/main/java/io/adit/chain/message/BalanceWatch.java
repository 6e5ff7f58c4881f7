package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageRecord;
import io.adit.core.time.Timeline;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reckons from the messages of the last days how long each sending address can go on paying, and raises an alarm before one
 * runs dry.
 */
public final class BalanceWatch {
    private static final Logger LOG = LoggerFactory.getLogger(BalanceWatch.class);
    private static final int DAYS = 7;
    private static final Duration PAUSE = Duration.ofMinutes(10);
    private static final double ALARM_DAYS = 3;
    private static final long NEAR_PERCENT = 80;
    private static final BigDecimal FIL = BigDecimal.TEN.pow(18);

    private final FullNode node;
    private final StoredMessages stored;
    private final MessageGate gate;
    private final OutboxPolicy policy;
    private final Address worker;
    private final Timeline timeline;
    private final MultiGauge days;
    private final MultiGauge balances;
    private final MultiGauge spent;
    private volatile Optional<String> problem = Optional.empty();
    private volatile List<String> nearCaps = List.of();
    private volatile Instant next = Instant.EPOCH;

    BalanceWatch(
            FullNode node,
            StoredMessages stored,
            MessageGate gate,
            OutboxPolicy policy,
            Address worker,
            MeterRegistry registry,
            Timeline timeline) {
        this.node = node;
        this.stored = stored;
        this.gate = gate;
        this.policy = policy;
        this.worker = worker;
        this.timeline = timeline;
        this.days = MultiGauge.builder("adit_sender_days_left")
                .description("Days until a sending address is dry if it goes on spending as in the last days.")
                .register(registry);
        this.balances = MultiGauge.builder("adit_sender_balance_fil")
                .description("Balance of a sending address.")
                .register(registry);
        this.spent = MultiGauge.builder("adit_lane_spent_today_fil")
                .description("Gas of a lane's messages signed today (UTC).")
                .register(registry);
    }

    /** What is wrong with a balance, for {@code /health}; empty while all last. */
    public Optional<String> problem() {
        return problem;
    }

    /** Lanes that have used four fifths of what they may cost today, in words. */
    public List<String> nearCaps() {
        return nearCaps;
    }

    /** Looks again, now and then: to be called for each new head. */
    public void onHead() {
        var now = timeline.instant();
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(PAUSE);
        try {
            look();
        } catch (AditException e) {
            LOG.warn("How long the balances last cannot be said now: {}", e.getMessage());
        }
    }

    private void look() {
        var senders = senders();
        days.register(
                senders.stream()
                        .filter(sender -> sender.daysLeft().isPresent())
                        .map(sender -> MultiGauge.Row.of(
                                tags(sender), sender.daysLeft().get()))
                        .collect(Collectors.toList()),
                true);
        balances.register(
                senders.stream()
                        .map(sender -> MultiGauge.Row.of(tags(sender), fil(sender.balance())))
                        .collect(Collectors.toList()),
                true);
        var lanes = lanes();
        nearCaps = lanes.stream().flatMap(lane -> near(lane).stream()).toList();
        spent.register(
                lanes.stream()
                        .map(lane ->
                                MultiGauge.Row.of(Tags.of("lane", lane.lane().laneName()), fil(lane.today())))
                        .collect(Collectors.toList()),
                true);
        var dry = senders.stream()
                .filter(BalanceWatch::isSoonDry)
                .map(BalanceWatch::words)
                .toList();
        var found = dry.isEmpty() ? Optional.<String>empty() : Optional.of(String.join("; ", dry));
        if (found.isPresent() && !problem.equals(found)) {
            LOG.error("{}", found.get());
        }
        problem = found;
    }

    private static Optional<String> near(LaneSpend lane) {
        return lane.cap()
                .filter(cap -> lane.today().times(100).compareTo(cap.times(NEAR_PERCENT)) >= 0)
                .map(cap ->
                        "messages of lane %s may cost %s today (UTC), and its cap is %s: %s; raise messages.max-fee-per-day"
                                .formatted(
                                        lane.lane().laneName(),
                                        lane.today(),
                                        cap,
                                        lane.lane().keepsPower()
                                                ? "they are sent beyond it all the same, since sectors lose power without them"
                                                : "what it does not allow waits until midnight"));
    }

    private static boolean isSoonDry(SenderBalance sender) {
        return sender.daysLeft().filter(left -> left < ALARM_DAYS).isPresent()
                || sender.balance().compareTo(sender.locked()) < 0;
    }

    private static String words(SenderBalance sender) {
        return "%s (lanes %s) holds %s, of which %s is locked, and spends %s a day: it lasts %s days; send FIL to it"
                .formatted(
                        sender.address(),
                        String.join(", ", sender.lanes()),
                        sender.balance(),
                        sender.locked(),
                        sender.perDay(),
                        sender.daysLeft().map("%.1f"::formatted).orElse("0"));
    }

    private static Tags tags(SenderBalance sender) {
        return Tags.of("address", sender.address().toString());
    }

    private static double fil(TokenAmount amount) {
        return new BigDecimal(amount.atto())
                .divide(FIL, 18, RoundingMode.HALF_UP)
                .doubleValue();
    }

    /** Gas by lane today. */
    public List<LaneSpend> lanes() {
        return Arrays.stream(MessagePriority.values())
                .map(lane -> new LaneSpend(
                        lane, gate.spentToday(lane, ""), policy.lane(lane).maxFeePerDay()))
                .toList();
    }

    /** Every address that sends, or sent in the last days. */
    public List<SenderBalance> senders() {
        var now = timeline.instant();
        var recent = stored.signedSince(now.minus(Duration.ofDays(DAYS)));
        var lanes = new TreeMap<String, Set<String>>();
        for (var lane : MessagePriority.values()) {
            add(lanes, policy.lane(lane).from().orElse(worker), lane);
        }
        recent.forEach(wish -> add(lanes, wish.from(), wish.priority()));
        var balances = new ArrayList<SenderBalance>();
        lanes.forEach((text, names) -> {
            var address = Address.parse(text);
            var own =
                    recent.stream().filter(wish -> wish.from().equals(address)).toList();
            balances.add(balance(address, List.copyOf(names), own, now));
        });
        return balances;
    }

    private static void add(Map<String, Set<String>> lanes, Address address, MessagePriority lane) {
        lanes.computeIfAbsent(address.toString(), key -> new TreeSet<>()).add(lane.laneName());
    }

    private SenderBalance balance(Address address, List<String> lanes, List<SignedWish> recent, Instant now) {
        var perDay = sum(recent, wish -> !wish.isUnderWay()).dividedBy(spanInDays(recent, now));
        var actor = node.stateGetActor(address, TipSetKey.EMPTY);
        var balance = actor.map(ActorState::balance).orElse(TokenAmount.ZERO);
        long next = actor.map(ActorState::nonce).orElse(0L);
        // What is executed has left the balance already, though it may not be deep enough to be called done.
        var locked = stored.underWay(address).stream()
                .filter(wish -> wish.nonce() >= next)
                .map(SignedWish::reserved)
                .reduce(TokenAmount.ZERO, TokenAmount::plus)
                .plus(toBeSigned(address));
        var free = balance.minus(locked).max(TokenAmount.ZERO);
        var daysLeft = perDay.isZero()
                ? Optional.<Double>empty()
                : Optional.of(new BigDecimal(free.atto())
                        .divide(new BigDecimal(perDay.atto()), 2, RoundingMode.DOWN)
                        .doubleValue());
        return new SenderBalance(address, lanes, balance, locked, perDay, daysLeft);
    }

    private TokenAmount toBeSigned(Address address) {
        return stored.intents().stream()
                .filter(intent -> intent.from().equals(address))
                .map(MessageRecord::value)
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }

    private static TokenAmount sum(List<SignedWish> wishes, Predicate<SignedWish> which) {
        return wishes.stream()
                .filter(which)
                .map(wish -> wish.cost().plus(wish.isExecuted() ? wish.record().value() : TokenAmount.ZERO))
                .reduce(TokenAmount.ZERO, TokenAmount::plus);
    }

    /** A node that runs since yesterday did not spend for a week. */
    private static long spanInDays(List<SignedWish> wishes, Instant now) {
        var first = wishes.stream()
                .map(wish -> wish.newest().createdAt())
                .min(Instant::compareTo)
                .orElse(now);
        return Math.clamp((Duration.between(first, now).toHours() + 23) / 24, 1, DAYS);
    }
}
