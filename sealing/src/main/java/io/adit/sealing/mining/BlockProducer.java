package io.adit.sealing.mining;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.state.StateStore;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import io.adit.sealing.mining.RoundResult.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one round for each epoch, by the clock. A round that is not done when the next one begins is left where it is; while
 * clock, slash guard or full node give reason not to, no rounds are run, and {@link #status} says why.
 */
public final class BlockProducer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlockProducer.class);

    /** Rounds that hang in a call and will not end: with so many the node or a disk is dead. */
    private static final int MOST_STUCK = 4;

    /** Refusals in a row after which the full node is left alone for a while. */
    private static final int REFUSALS = 2;

    private static final Duration REFUSED_PAUSE = Duration.ofMinutes(10);
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(3);

    private final MiningContext context;
    private final Timeline timeline;
    private final OwnBlocks ownBlocks;
    private final ClockWatch clock;
    private final Lock lock;
    private final Condition woken;
    private final List<Strand> stuck = new ArrayList<>();

    // Guarded by the lock.
    private boolean closed;
    private Optional<String> paused = Optional.empty();
    private Optional<RoundResult> last = Optional.empty();
    private Optional<Running> running = Optional.empty();
    private Optional<TipSet> head = Optional.empty();
    private Optional<Duration> lag = Optional.empty();

    // The producing strand's own.
    private boolean resumed;
    private boolean warmedUp;
    private long lastEpoch = -1;
    private int refusals;
    private long refusedUntil;
    private Duration chainBehind = Duration.ZERO;
    private Optional<Strand> strand = Optional.empty();

    private record Running(MiningRound round, Strand strand, Epoch epoch) {}

    /** Connects the rooms; {@link #start} begins. */
    public BlockProducer(
            MiningSettings settings,
            FullNode node,
            BlockSigner signer,
            WinningProver prover,
            StateStore store,
            MeterRegistry registry,
            Timeline timeline) {
        this.timeline = timeline;
        this.context = new MiningContext(
                settings,
                node,
                signer,
                prover,
                new BlockJournal(store, settings.miner()),
                new MiningMetrics(registry),
                timeline);
        this.ownBlocks = new OwnBlocks(context);
        this.clock = new ClockWatch(settings, timeline);
        this.lock = timeline.newLock();
        this.woken = lock.newCondition();
    }

    /** Begins. */
    public void start() {
        strand = Optional.of(timeline.start(Strand.Kind.PLATFORM, "block-producer", this::loop));
    }

    /** To be called with every new head; returns at once. Only watches how late heads come. */
    public void onHead(TipSet newHead) {
        lock.lock();
        try {
            if (head.map(TipSet::key).equals(Optional.of(newHead.key()))) {
                return;
            }
            var late = Duration.between(RoundTimes.timeOf(newHead), timeline.instant());
            lag = Optional.of(late);
            head = Optional.of(newHead);
            context.metrics().lag(late);
        } finally {
            lock.unlock();
        }
    }

    /** How it stands. */
    public MiningStatus status() {
        var counts = context.journal().counts();
        var guard = guard();
        lock.lock();
        try {
            return new MiningStatus(
                    paused,
                    last,
                    running.map(
                            now -> "epoch " + now.epoch() + ": " + now.round().doing()),
                    counts,
                    lag,
                    guard,
                    head.map(TipSet::height));
        } finally {
            lock.unlock();
        }
    }

    private Optional<GuardStatus> guard() {
        try {
            return Optional.of(context.signer().status(context.settings().miner()));
        } catch (AditException e) {
            LOG.debug("Asking for the slash guard: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** The won rounds that are kept, newest first. */
    public List<MinedBlock> history(int most) {
        return context.journal().recent(most);
    }

    private void loop() {
        try {
            while (!isClosed()) {
                try {
                    step();
                } catch (RuntimeException | Error e) {
                    // The node may be away for a while, or memory short; the next round may have luck.
                    LOG.warn("Looking for a round to mine: {}", e.getMessage(), e);
                    note(Optional.of("looking for a round failed: " + e.getMessage()));
                    pause(context.settings().blockDelay().dividedBy(4));
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void step() throws InterruptedException {
        var at = context.node().chainHead();
        if (!resumed) {
            resume(at);
            return;
        }
        offerAgain(at);
        var times = context.times();
        chainBehind = mostBehind(at);
        var now = timeline.instant().minus(chainBehind);
        var epoch = new Epoch(Math.max(times.round(at, now).value(), lastEpoch + 1));
        var wait = Duration.between(now, times.begin(at, epoch));
        if (wait.isPositive()) {
            if (wait.compareTo(context.settings().blockDelay()) > 0) {
                // No round is that far away but by a clock that is wrong; it may be set meanwhile.
                note(clock.problem(at));
                pause(context.settings().blockDelay());
            } else {
                pause(wait);
            }
            return;
        }
        ownBlocks.follow(at);
        var why = reasonToPause(at);
        note(why);
        if (why.isPresent()) {
            // What has to be shown the chain is shown it soon: this round may still be in time.
            pause(context.settings().blockDelay().dividedBy(resumed ? 4 : 30));
            return;
        }
        warmUp(at);
        ended(run(epoch, at));
    }

    /** Shows the guard the chain and finishes what an earlier run began, before anything else is done. */
    private void resume(TipSet at) throws InterruptedException {
        // The guard writes down the epoch that the clock shows and never goes below it again; and blocks wait for the
        // clock.
        var wrongClock = clock.problem(at);
        if (wrongClock.isPresent()) {
            note(wrongClock);
            pause(context.settings().blockDelay().dividedBy(4));
            return;
        }
        try {
            // A guard that is away, or cannot write, is not worth looking through 900 tipsets for.
            var guard = context.signer().status(context.settings().miner());
            if (guard.doubt().equals(Optional.of(Doubt.LOG_UNWRITABLE))) {
                note(Optional.of(
                        "the slash guard cannot go on: " + Doubt.LOG_UNWRITABLE.sentence() + ": " + guard.detail()));
                pause(context.settings().blockDelay().dividedBy(4));
                return;
            }
            ownBlocks.resume(at);
            resumed = true;
            new OpenBlocks(context).finish(at);
        } catch (AditException e) {
            note(Optional.of("the slash guard cannot go on: " + e.getMessage()));
            pause(context.settings().blockDelay().dividedBy(4));
        }
    }

    /**
     * A block of ours above the head, on the head: the node lost it, or never got it. It is the only one that may ever be
     * made on these parents, so it is handed in again; where nobody else makes blocks the chain would stand still without.
     */
    private void offerAgain(TipSet at) {
        for (var block : context.journal().recent(2)) {
            boolean isSigned = block.block()
                    .filter(known -> known.header().blockSignature().isPresent())
                    .filter(known -> known.header().parents().equals(at.key().cids()))
                    .isPresent();
            if (isSigned && isDue(block)) {
                try {
                    context.node().syncSubmitBlock(block.block().orElseThrow());
                    LOG.info("Handed block of epoch {} in again", block.epoch());
                } catch (AditException e) {
                    LOG.info("Handing block of epoch {} in again: {}", block.epoch(), e.getMessage());
                }
            }
        }
    }

    private boolean isDue(MinedBlock block) {
        var time = Instant.ofEpochSecond(block.block().orElseThrow().header().timestamp());
        return !timeline.instant().isBefore(time);
    }

    private Optional<String> reasonToPause(TipSet at) {
        stuck.removeIf(strand -> !strand.isAlive());
        if (stuck.size() >= MOST_STUCK) {
            return Optional.of(stuck.size() + " rounds hang in calls of the full node, the prover or a disk");
        }
        var clockProblem = clock.problem(at);
        if (clockProblem.isPresent()) {
            return clockProblem;
        }
        if (refusals >= REFUSALS && timeline.nanoTime() - refusedUntil < 0) {
            return Optional.of("the full node does not make blocks: "
                    + lastResult().map(RoundResult::note).orElse(""));
        }
        var guard = context.signer().status(context.settings().miner()).doubt();
        if (guard.equals(Optional.of(Doubt.CHAIN_NOT_SEEN))) {
            // Its process was started again: it would refuse the next block that is won.
            resumed = false;
        }
        return guard.map(
                doubt -> "the slash guard is in doubt: " + doubt.sentence() + "; see `adit slash-guard status`");
    }

    private RoundResult run(Epoch epoch, TipSet at) throws InterruptedException {
        var round = new MiningRound(context, epoch, context.times().end(at, epoch));
        var result = new AtomicReference<>(new RoundResult(
                epoch, Outcome.FAILED, Optional.empty(), "the round broke down; the log has the reason"));
        var body = timeline.start(Strand.Kind.PLATFORM, "mining-" + epoch, () -> result.set(round.run()));
        running(Optional.of(new Running(round, body, epoch)));
        boolean asked = true;
        try {
            if (isDone(round, body)) {
                asked = result.get().outcome() != Outcome.DONE_BEFORE;
                return result.get();
            }
            var doing = round.doing();
            round.abandon(body);
            stuck.add(body);
            return new RoundResult(
                    epoch,
                    Outcome.LATE,
                    Optional.of(MiningError.MINING_ROUND_LATE),
                    "it was still " + doing + " when the next round began");
        } finally {
            running(Optional.empty());
            if (asked) {
                pace(round, context.times().of(at, epoch));
            }
            if (!asked || round.beaconAt().isPresent()) {
                lastEpoch = epoch.value();
            }
        }
    }

    /**
     * How far the chain may be behind the clock: no farther than its head is. A beacon's entry that came late because the
     * node was slow must not keep the rounds waiting for ever.
     */
    private Duration mostBehind(TipSet at) {
        var age = Duration.between(RoundTimes.timeOf(at), timeline.instant());
        return age.isNegative() ? Duration.ZERO : age.compareTo(chainBehind) < 0 ? age : chainBehind;
    }

    /** Waits for its end, or for the end of its time, which a late beacon moves. */
    private boolean isDone(MiningRound round, Strand body) throws InterruptedException {
        while (true) {
            var left = Duration.between(timeline.instant(), round.end());
            if (!left.isPositive()) {
                return body.join(Duration.ofNanos(1));
            }
            if (body.join(left)) {
                return true;
            }
        }
    }

    /**
     * A chain whose epochs begin later than this machine's clock says (a devnet that stood still, a clock that is ahead) is
     * followed at its own pace: rounds are not chosen ahead of its beacon.
     */
    private void pace(MiningRound round, Instant timeOfEpoch) {
        var came = round.beaconAt();
        var late = Duration.between(timeOfEpoch, came.orElseGet(timeline::instant));
        if (late.compareTo(chainBehind) > 0) {
            if (late.minus(chainBehind).compareTo(context.settings().clockTolerance()) > 0) {
                LOG.info(
                        "The beacon of epoch {} came {} after the epoch's time; rounds wait for it",
                        round.epoch(),
                        ClockWatch.seconds(late));
            }
            chainBehind = late;
        } else if (came.isPresent()) {
            chainBehind = late.isPositive() ? late : chainBehind.dividedBy(2);
        }
    }

    private void ended(RoundResult result) {
        context.metrics().ended(result);
        var before = lastResult();
        lock.lock();
        try {
            last = Optional.of(result);
        } finally {
            lock.unlock();
        }
        boolean refusedByNode = result.code()
                .filter(MiningError.MINING_NODE_CANNOT_CREATE::equals)
                .isPresent();
        if (refusedByNode) {
            // Two of rounds that were won far apart say nothing about the next.
            refusals = timeline.nanoTime() - refusedUntil < 0 ? refusals + 1 : 1;
            refusedUntil = timeline.nanoTime() + REFUSED_PAUSE.toNanos();
        } else if (result.outcome() == Outcome.SUBMITTED) {
            refusals = 0;
        }
        if (result.code().filter(SlashErrorCode.SLASH_LEASE_LOST::equals).isPresent()
                || result.code().filter(SlashErrorCode.SLASH_IN_DOUBT::equals).isPresent()
                || result.code()
                        .filter(SlashErrorCode.SLASH_LOG_UNWRITABLE::equals)
                        .isPresent()
                || result.code().filter(SlashErrorCode.SLASH_GUARD_AWAY::equals).isPresent()) {
            resumed = false;
        }
        tell(result, before);
    }

    private void tell(RoundResult result, Optional<RoundResult> before) {
        switch (result.outcome()) {
            case SUBMITTED ->
                context.journal().find(result.epoch()).ifPresent(block -> {
                    context.metrics().submitted(block.steps());
                    LOG.info(
                            "Submitted block {} of epoch {}, {} after its round began",
                            block.block()
                                    .map(made -> made.header().cid().toString())
                                    .orElse(""),
                            result.epoch(),
                            ClockWatch.seconds(Duration.between(block.at(), timeline.instant())));
                });
            case NOT_ELIGIBLE -> {
                if (before.map(RoundResult::outcome)
                        .filter(Outcome.NOT_ELIGIBLE::equals)
                        .isEmpty()) {
                    LOG.info(
                            "Miner {} cannot win blocks at epoch {}",
                            context.settings().miner(),
                            result.epoch());
                }
            }
            case NOT_WON, DONE_BEFORE -> LOG.debug("Epoch {}: {}", result.epoch(), result.outcome());
            case REFUSED, LATE, FAILED ->
                LOG.warn("No block of epoch {} ({}): {}", result.epoch(), result.outcome(), result.note());
        }
    }

    private void warmUp(TipSet at) {
        if (!warmedUp) {
            warmedUp = true;
            timeline.start(Strand.Kind.PLATFORM, "mining-warm-up", () -> new WarmUp(context).run(at));
        }
    }

    private void note(Optional<String> why) {
        context.metrics().paused(why.isPresent());
        lock.lock();
        try {
            if (!why.equals(paused)) {
                why.ifPresentOrElse(
                        reason -> LOG.warn("No blocks are made: {}", reason), () -> LOG.info("Blocks are made again"));
            }
            paused = why;
        } finally {
            lock.unlock();
        }
    }

    private void running(Optional<Running> now) {
        lock.lock();
        try {
            running = now;
        } finally {
            lock.unlock();
        }
    }

    private Optional<RoundResult> lastResult() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!closed && left > 0) {
                left = woken.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Stops. A round that is writing or waiting for the node ends by itself; what it prepared goes on at the next start. */
    @Override
    public void close() {
        Optional<Running> now;
        lock.lock();
        try {
            closed = true;
            now = running;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
        now.ifPresent(round -> round.round().abandon(round.strand()));
        try {
            for (var waiting : strand.stream().toList()) {
                if (!waiting.join(CLOSE_GRACE)) {
                    LOG.info(
                            "Mining ends later: {}",
                            now.map(round -> round.round().doing()).orElse("at its next step"));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
