package io.adit.chain.node.pool;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes of a pool: looks at each again and again, judges them, and says whom to ask first. */
final class Roster {
    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final List<Member> members;
    private final PoolOptions options;
    private final Timeline timeline;
    private final Lock lock;
    private final Condition changed;
    private final Questions questions;
    private final Judge judge;
    private final List<Strand> strands = new ArrayList<>();
    private final List<PoolSubscription> subscriptions = new ArrayList<>();
    private volatile @Nullable Member primary;
    private long judgements;
    private volatile boolean clockDoubted;
    private volatile boolean closed;

    Roster(List<PoolMember> members, PoolOptions options, Timeline timeline) {
        this.members = members.stream().map(Member::new).toList();
        this.options = options;
        this.timeline = timeline;
        this.lock = timeline.newLock();
        this.changed = lock.newCondition();
        this.questions = new Questions(timeline, lock);
        this.judge = new Judge(this.members, options);
    }

    void start() {
        for (var member : members) {
            strands.add(timeline.start(Strand.Kind.VIRTUAL, "node-probe " + member.name, () -> probeAlways(member)));
        }
        if (options.miner().isPresent() && members.size() > 1) {
            strands.add(timeline.start(Strand.Kind.VIRTUAL, "node-sectors", this::compareSectorsAlways));
        }
    }

    // ---- probing ---------------------------------------------------------------------------------

    private record Probe(TipSet head, Duration took, Optional<NetworkParams> chain) {}

    private void probeAlways(Member member) {
        repeat(options.probeInterval(), member::takeSuspicion, () -> probe(member));
    }

    private void probe(Member member) throws InterruptedException {
        boolean chainKnown = member.chain().isPresent();
        var attempt = questions
                .gather(List.of(member), "ChainHead", options.probeTimeout(), node -> look(node, chainKnown))
                .getFirst();
        lock.lock();
        try {
            boolean first = !member.tried();
            var answer = attempt.answer();
            if (answer.isPresent()) {
                member.named(
                        answer.get().head(), answer.get().took(), answer.get().chain());
            } else {
                member.gaveNoHead(attempt.failure()
                        .map(failure -> String.valueOf(failure.getMessage()))
                        .orElse("no answer in " + options.probeTimeout().toMillis() + " ms"));
            }
            judge(Optional.of(member), first);
        } finally {
            lock.unlock();
        }
    }

    private Probe look(FullNode node, boolean chainKnown) {
        long begun = timeline.nanoTime();
        var head = node.chainHead();
        var took = Duration.ofNanos(timeline.nanoTime() - begun);
        return new Probe(head, took, chainKnown ? Optional.empty() : chainOf(node));
    }

    private static Optional<NetworkParams> chainOf(FullNode node) {
        try {
            return Optional.of(node.stateGetNetworkParams());
        } catch (AditException e) {
            log.debug("A full node does not say what it was built for", e);
            return Optional.empty();
        }
    }

    /** All are asked for the same tipset, the oldest of their heads: there the answers must be equal. */
    private void compareSectorsAlways() {
        var miner = options.miner().orElseThrow();
        repeat(options.sectorsInterval(), () -> false, () -> {
            awaitFirstLook();
            var asked = members.stream()
                    .filter(member -> member.verdict().rank() != new Verdict.Unreachable("").rank())
                    .toList();
            var oldest =
                    asked.stream().flatMap(member -> member.head().stream()).min(Comparator.comparing(TipSet::height));
            if (asked.size() < 2 || oldest.isEmpty()) {
                return;
            }
            var key = oldest.get().key();
            var counts = questions.gather(
                    asked,
                    "StateMinerSectorCount",
                    options.sectorsPatience(),
                    node -> node.stateMinerSectorCount(miner, key).live());
            lock.lock();
            try {
                counts.forEach(count -> count.answer().ifPresent(live -> count.member.counted(key, live)));
                judge(Optional.empty(), false);
            } finally {
                lock.unlock();
            }
        });
    }

    private interface Step {
        void take() throws InterruptedException;
    }

    private void repeat(Duration interval, BooleanSupplier atOnce, Step step) {
        try {
            while (!closed) {
                try {
                    step.take();
                } catch (RuntimeException e) {
                    log.error("Looking at the full nodes", e);
                }
                pause(interval, atOnce);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause(Duration interval, BooleanSupplier atOnce) throws InterruptedException {
        lock.lock();
        try {
            long left = interval.toNanos();
            while (left > 0 && !closed && !atOnce.getAsBoolean()) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- judging ---------------------------------------------------------------------------------

    /** Judges all; the lock is held. */
    private void judge(Optional<Member> probed, boolean first) {
        var findings = judge.findings(believedPrimary(), timeline.instant(), timeline.nanoTime());
        findings.forEach((member, finding) -> {
            boolean itself = probed.equals(Optional.of(member));
            if (!itself && !member.tried()) {
                return;
            }
            var before = member.verdict();
            member.settle(finding, itself, options.recoveryProbes(), itself && first);
            tell(member, before, itself && first);
            if (member.verdict().fenced()) {
                member.forget();
            }
        });
        doubtClock();
        if (members.stream().allMatch(Member::tried)) {
            choosePrimary();
        }
        judgements++;
        changed.signalAll();
        questions.verdictsChanged();
    }

    private Optional<Member> believedPrimary() {
        return Optional.ofNullable(primary).filter(member -> !member.verdict().fenced());
    }

    private static void tell(Member member, Verdict before, boolean first) {
        var now = member.verdict();
        if (first ? now.good() : now.sameKind(before)) {
            return;
        }
        if (now.fenced()) {
            log.error("Full node {} {}", member.name, now.sentence());
        } else if (now.good() && !(now instanceof Verdict.Slow)) {
            log.info("Full node {} {} again; it had this: it {}", member.name, now.sentence(), before.sentence());
        } else {
            log.warn("Full node {} {}", member.name, now.sentence());
        }
    }

    private void doubtClock() {
        boolean doubtful = judge.clockIsDoubtful(believedPrimary(), timeline.instant());
        if (doubtful && !clockDoubted) {
            log.error(
                    "The heads of most full nodes that answer are of epochs that have not come yet by this machine's"
                            + " clock ({}): is it wrong? No node is fenced for this",
                    timeline.instant());
        }
        clockDoubted = doubtful;
    }

    /** The primary stays while it is good, so that calls that belong together see one chain. */
    private void choosePrimary() {
        var now = primary;
        var best = members.stream()
                .min(Comparator.comparingInt(member -> member.verdict().rank()))
                .orElseThrow();
        if (isShunned(best)) {
            return;
        }
        if (now == null) {
            primary = best;
            log.info("Calls go to full node {} first", best.name);
        } else if (best.verdict().rank() < now.verdict().rank()) {
            primary = best;
            log.warn(
                    "Calls go to full node {} now: {}, which they went to, {}",
                    best.name,
                    now.name,
                    now.verdict().sentence());
        }
    }

    /** A fence round the only node there is would stop everything, so there is an alarm and no fence. */
    private boolean isShunned(Member member) {
        return member.verdict().fenced() && members.size() > 1;
    }

    // ---- for calls -------------------------------------------------------------------------------

    private void awaitFirstLook() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && !members.stream().allMatch(Member::tried)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whom to ask, best first and never a fenced one; at least one. */
    List<Member> order(String what) {
        try {
            awaitFirstLook();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(
                    PoolError.NO_USABLE_NODE, "calling " + what + ": interrupted before any node answered", e);
        }
        var first = primary;
        var order = members.stream()
                .filter(member -> !isShunned(member))
                .sorted(Comparator.<Member>comparingInt(
                                member -> member.verdict().rank())
                        .thenComparingInt(member -> member.equals(first) ? 0 : 1))
                .toList();
        if (order.isEmpty() || closed) {
            throw new AditException(
                    PoolError.NO_USABLE_NODE,
                    "calling " + what + ": "
                            + (closed ? "the pool is closed" : "every full node is fenced: " + views()));
        }
        return order;
    }

    <R> R race(Questions.Route route, Function<FullNode, R> question) {
        return questions.race(route, this::suspect, question);
    }

    /** The highest answer of all good nodes; where none of those answers, that of whoever does. */
    long highest(String what, Duration patience, Function<FullNode, Long> question) {
        var order = order(what);
        var good = order.stream().filter(member -> member.verdict().good()).toList();
        try {
            var answers = questions.gather(good, what, patience, question).stream()
                    .flatMap(attempt -> attempt.answer().stream())
                    .mapToLong(n -> n)
                    .max();
            if (answers.isPresent()) {
                return answers.getAsLong();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Predicate<RuntimeException> settles = failure -> !Questions.isOfTheWay(failure);
        return race(new Questions.Route(what, order, 1, patience, settles, false), question);
    }

    /** A call to a node has failed: it is looked at now. */
    void suspect(Member member) {
        lock.lock();
        try {
            member.suspect();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- for subscriptions -----------------------------------------------------------------------

    HeadSubscription subscribe(Consumer<List<HeadChange>> listener) {
        var subscription = new PoolSubscription(this, timeline, options, listener);
        lock.lock();
        try {
            subscriptions.add(subscription);
        } finally {
            lock.unlock();
        }
        subscription.start();
        return subscription;
    }

    void ended(PoolSubscription subscription) {
        lock.lock();
        try {
            subscriptions.remove(subscription);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is a judgement that the caller has not seen, or so long.
     *
     * @param seen how many there were before
     * @return how many there are
     */
    long awaitJudgement(long seen, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (left > 0 && judgements == seen && !closed) {
                left = changed.awaitNanos(left);
            }
            return judgements;
        } finally {
            lock.unlock();
        }
    }

    Optional<Member> primary() {
        return Optional.ofNullable(primary).filter(member -> !isShunned(member));
    }

    /** The best node other than this one. */
    Optional<Member> alternative(Member than) {
        return members.stream()
                .filter(member -> !member.equals(than) && member.verdict().good())
                .findFirst();
    }

    /** The highest head of a good node. */
    Optional<Epoch> bestHeight() {
        return members.stream()
                .filter(member -> member.verdict().good())
                .flatMap(member -> member.head().stream())
                .map(TipSet::height)
                .max(Epoch::compareTo);
    }

    // ---- for people ------------------------------------------------------------------------------

    /** What is wrong with the nodes, in words; empty while all are good. */
    List<String> problems() {
        var found = new ArrayList<String>();
        for (var member : members) {
            var verdict = member.verdict();
            if (!verdict.good()) {
                found.add("full node " + member.name + " " + verdict.sentence()
                        + (members.size() == 1 ? "; there is no other one" : ""));
            }
        }
        if (clockDoubted) {
            found.add("the heads of most full nodes are of epochs that have not come yet by this machine's clock");
        }
        return found;
    }

    List<MemberView> views() {
        var first = primary;
        return members.stream()
                .map(member -> new MemberView(
                        member.name,
                        member.verdict(),
                        member.head().map(TipSet::height),
                        member.latency(),
                        member.equals(first)))
                .toList();
    }

    void close() {
        List<PoolSubscription> open;
        lock.lock();
        try {
            closed = true;
            open = List.copyOf(subscriptions);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        open.forEach(PoolSubscription::close);
        strands.forEach(Strand::interrupt);
        members.forEach(member -> member.node.close());
    }
}
